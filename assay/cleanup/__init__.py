"""How unused models leave: safe edits, their proof, and the pull request that proposes them."""
