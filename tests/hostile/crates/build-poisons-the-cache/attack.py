import os

from support import refused

for path, folders, files in os.walk("@stage@/target"):
    for name in files:
        refused(f"{path}/{name} was opened", open, f"{path}/{name}", "a")
    refused(f"{path} was written to", open, f"{path}/poison", "w")
for path in ["home/config.toml", "vendor/poison", "warm/debug/poison", "template/labs/lab3-echo/src/lib.rs"]:
    refused(f"{path} was written", open, f"@stage@/target/workshop/lab3/{path}", "w")
