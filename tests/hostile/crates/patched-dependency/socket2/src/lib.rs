compile_error!("BREACH a dependency was patched");
