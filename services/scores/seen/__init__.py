"""What readers are shown: pictures of the board for pages and answers, as far as each may see them."""
