import support  # whose alarm ends it

for _ in range(1 << 10):
    print("x" * (1 << 16))
