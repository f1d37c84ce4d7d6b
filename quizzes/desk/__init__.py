"""What those who teach see of a class: how far, who needs help, what was misunderstood."""
