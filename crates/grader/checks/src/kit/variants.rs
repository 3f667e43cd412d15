//! A program that does the same thing in several variants, such as two framings or two versions of a protocol, and is told by an argument
//! which one is meant.
//!
//! A variant is no program. A clause about such a program is one clause with one check, which decides it for each variant by itself: on
//! programs that were started for this variant, with a record of its own. The clause holds if it holds in all variants. Otherwise the failure
//! has as its credit the variants in which it holds, and says what is wrong in each of the others. So a program that is right in
//! one variant of two gets half of the points, and whatever else knows clauses (tables, reports, marks of a class, the command line) need not know
//! variants.
//!
//! If a program's command has no place for the argument, the default is built in. Then the clause is about that variant alone.

use model::{Credit, Failure, Kind, Step, Stop};
use session::Session;

/// The variants of a program.
pub(crate) struct Variants<V: 'static> {
    /// The argument that tells which one is meant.
    pub(crate) argument: &'static str,
    /// Its values with what they stand for; first the default.
    pub(crate) all: &'static [(&'static str, V)],
}

impl<V: Copy + PartialEq> Variants<V> {
    /// The variants that the program of this check can be asked for.
    ///
    /// # Errors
    /// A fault for a program that the lab does not have.
    fn asked(&self, session: &Session) -> Step<&'static [(&'static str, V)]> {
        Ok(if session.is_told(session.program(), self.argument)? { self.all } else { &self.all[..1] })
    }

    /// The value of the argument that stands for a variant.
    pub(crate) fn value(&self, variant: V) -> (&'static str, String) {
        let name = self.all.iter().find(|(_, other)| *other == variant).map_or("", |(name, _)| name);
        (self.argument, name.to_owned())
    }

    /// Decides a clause for each variant.
    ///
    /// # Errors
    /// A failure when it does not hold in all of them; what else ends a check ends it at once.
    pub(crate) fn each(
        &self,
        session: &mut Session,
        mut decide: impl FnMut(&mut Session, V) -> Step,
    ) -> Step {
        let asked = self.asked(session)?;
        let mut failures: Vec<(&str, Box<Failure>)> = Vec::new();
        for (name, variant) in asked {
            match session.part(|session| decide(session, *variant)) {
                Ok(()) => {}
                // Nothing of the program works, in whatever variant.
                Err(Stop::Failed(failure)) if matches!(failure.kind, Kind::NotWritten | Kind::NotStarted) => {
                    return Err(Stop::Failed(failure));
                }
                Err(Stop::Failed(failure)) => failures.push((*name, failure)),
                Err(stop) => return Err(stop),
            }
        }
        let of = asked.len();
        joined(failures, self.argument, of).map_or(Ok(()), |failure| Err(Stop::Failed(failure)))
    }
}

/// One failure for those of some variants out of `of`.
fn joined(failures: Vec<(&str, Box<Failure>)>, argument: &str, of: usize) -> Option<Box<Failure>> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let right = of - failures.len();
    let told: Vec<(String, String)> = failures
        .iter()
        .map(|(name, failure)| (format!("{argument} {name}"), failure.summary.clone()))
        .collect();
    let (_, mut first) = failures.into_iter().next()?;
    if of == 1 {
        return Some(first);
    }
    if right > 0 {
        first.credit = Some(Credit { right: number(right), of: number(of) });
    }
    let parts: Vec<String> = told.iter().map(|(name, summary)| format!("{name}: {summary}")).collect();
    first.summary = parts.join(". With ");
    first.summary.insert_str(0, "with ");
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(summary: &str) -> Box<Failure> {
        Box::new(Failure::new(Kind::Mismatch, summary))
    }

    #[test]
    fn what_holds_in_one_variant_of_two_is_half_of_the_clause() {
        let joined = joined(vec![("length", failure("it is late"))], "framing", 2).unwrap();
        assert_eq!(joined.credit, Some(Credit { right: 1, of: 2 }));
        assert_eq!(joined.summary, "with framing length: it is late");
    }

    #[test]
    fn what_holds_in_no_variant_has_no_credit_and_is_told_of_each() {
        let both = vec![("lines", failure("it is late")), ("length", failure("it is early"))];
        let joined = joined(both, "framing", 2).unwrap();
        assert_eq!(joined.credit, None);
        assert_eq!(joined.summary, "with framing lines: it is late. With framing length: it is early");
    }

    #[test]
    fn one_variant_alone_is_not_named() {
        let joined = joined(vec![("lines", failure("it is late"))], "framing", 1).unwrap();
        assert_eq!((joined.summary.as_str(), joined.credit), ("it is late", None));
    }

    #[test]
    fn no_failure_is_none() {
        assert!(joined(Vec::new(), "framing", 2).is_none());
    }
}
