"""`python -m courtstream …`: the same as the console script."""

from courtstream.cli import main

if __name__ == "__main__":
    main()
