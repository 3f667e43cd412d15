# tries: to break what is shown: 3 MiB in one line, then bytes that are not text
# deserves: failed
import os
import support

os.write(2, b"y" * (3 << 20))
os.write(2, bytes(range(256)) * 16 + b"\xed\xa0\x80\xf4\x90\x80\x80\x00\n")
os._exit(1)
