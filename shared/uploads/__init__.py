"""Files that people upload: received, checked, kept by content, handed out again as they came."""
