//! How a lab writes its clauses: one line each, beside the function that decides it.

/// The words of a lab's clauses, as they stand in its folder below `labs`. They are compiled into the grader, so that a student reads the
/// words of the same version as the checks.
macro_rules! wording {
    ($folder:literal) => {
        std::sync::LazyLock::new(|| {
            // A test reads all of these files.
            let text = include_str!(concat!("../../../../labs/", $folder, "/clauses.toml"));
            toml::from_str(text).unwrap_or_default()
        })
    };
}

/// A lab's checks, from its wording and a line for each clause: `core(id, points, [subjects], decide)` or `stretch(id, [subjects],
/// decide)`. What the clause needs of the machine may follow. A clause about several subjects is decided for each of them, and each is
/// worth the points.
macro_rules! checks {
    ($wording:ident; $($row:ident $parts:tt),* $(,)?) => {
        checks!(@rows $wording; []; $($row $parts)*)
    };
    (@rows $wording:ident; [$($done:tt)*];) => { &[$($done)*] };
    (@rows $wording:ident; $done:tt; core ($id:literal, $points:literal, $subjects:tt, $decide:expr $(, $needs:expr)?) $($rest:tt)*) => {
        checks!(@each $wording; $done; Core, $id, $points, $subjects, $decide, ($($needs)?); $($rest)*)
    };
    (@rows $wording:ident; $done:tt; stretch ($id:literal, $subjects:tt, $decide:expr $(, $needs:expr)?) $($rest:tt)*) => {
        checks!(@each $wording; $done; Stretch, $id, 0, $subjects, $decide, ($($needs)?); $($rest)*)
    };
    (@each $wording:ident; [$($done:tt)*]; $tier:ident, $id:literal, $points:literal, [$($subject:expr),+], $decide:expr, $needs:tt; $($rest:tt)*) => {
        checks!(@rows $wording; [
            $($done)*
            $($crate::Check {
                clause: model::Clause {
                    id: $id,
                    tier: model::Tier::$tier,
                    points: $points,
                    program: $subject,
                    wording: &$wording,
                },
                needs: checks!(@needs $needs),
                decide: $decide,
            },)+
        ]; $($rest)*)
    };
    (@needs ()) => { session::Needs::USUAL };
    (@needs ($needs:expr)) => { $needs };
}
