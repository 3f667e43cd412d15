//! What a machine has of what the grader needs.

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ready,
    /// Some things cannot be done here, and the others are as good as anywhere.
    Limited,
    /// Checks cannot be decided with full isolation.
    Missing,
}

/// What was found out about one need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is needed.
    pub need: &'static str,
    /// How good it is.
    pub state: State,
    /// What there is.
    pub found: String,
    /// What it is for; if it is not ready, what cannot be done without it.
    pub purpose: String,
    /// What would help.
    pub cure: Option<String>,
}

impl Finding {
    /// Whether checks can be decided, each in namespaces of its own, on a machine with these findings.
    pub fn are_enough(findings: &[Finding]) -> bool {
        findings.iter().all(|finding| finding.state != State::Missing)
    }
}
