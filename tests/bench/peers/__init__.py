"""Other engines that do the same work.  They run in an environment of their own and are no dependency."""
