#[proc_macro]
pub fn run(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let _ = std::fs::write("@bait@/written", "by a procedural macro");
    "compile_error!(\"BREACH a procedural macro ran\");".parse().unwrap()
}
