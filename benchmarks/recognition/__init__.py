"""How well files read themselves (识读). Invented documents drawn, photographed, read by the installed reader and laid
beside right and wrong values; kinds that nothing was tuned on stand apart."""
