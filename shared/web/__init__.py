"""What all four services share on the web: app, problems, commands, sign-in, layout, languages."""
