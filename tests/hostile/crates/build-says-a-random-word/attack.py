import secrets
import sys

sys.exit(f"today's word is {secrets.token_hex()}")
