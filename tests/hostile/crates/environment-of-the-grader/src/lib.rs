// tries: to read variables of the grader's environment while it is compiled.
// deserves: full

const _: () = {
    assert!(option_env!("GRADER_TOKEN").is_none(), "BREACH a variable of the grader is set");
    assert!(option_env!("GITHUB_TOKEN").is_none(), "BREACH a variable of the grader is set");
    assert!(option_env!("SSH_AUTH_SOCK").is_none(), "BREACH a variable of the grader is set");
};
