// Whoever opens the choice of a person is about to leave: what pages the browser keeps for him goes first.
"use strict";
if (window.caches) caches.keys().then((names) => names.filter((name) => name.includes("-pages:")).forEach((name) => caches.delete(name)));
