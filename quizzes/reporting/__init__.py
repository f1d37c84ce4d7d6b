"""What a quiz says about its class and itself: the numbers of the report and its files."""
