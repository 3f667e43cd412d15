// tries: to make its library a procedural macro by an attribute, and to run it in the compiler.
// deserves: does not compile

#![crate_type = "proc-macro"]

#[proc_macro]
pub fn run(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    "compile_error!(\"BREACH a procedural macro ran\");".parse().unwrap()
}
