## Pourquoi quelqu’un est averti : un message par code de inbox/records.rs. `who` est l’un des messages `inbox-who` ou un nom ;
## `n` est le nombre de personnes.

inbox-who-two = { $first } et { $second }
inbox-who-more = { $first }, { $second } et { $n ->
    [one] une autre personne
   *[other] { $n } autres personnes
}
inbox-who-many = { $first }, { $second } et plus de 97 autres personnes
inbox-who-one-more = { $first } et { $n ->
    [one] une autre personne
   *[other] { $n } autres personnes
}
inbox-who-unnamed = { $n ->
    [one] Quelqu’un
   *[other] { $n } personnes
}

inbox-mention = { $who } { $n ->
    [one] vous a mentionné
   *[other] vous ont mentionné
}
inbox-join-request = { $who } { $n ->
    [one] demande à rejoindre { $space }
   *[other] demandent à rejoindre { $space }
}
inbox-join-request-unnamed = { $who } { $n ->
    [one] demande à rejoindre votre espace
   *[other] demandent à rejoindre votre espace
}
inbox-reply = { $who } { $n ->
    [one] a répondu à votre commentaire
   *[other] ont répondu à votre commentaire
}
inbox-comment = { $who } { $n ->
    [one] a commenté votre publication
   *[other] ont commenté votre publication
}
inbox-reaction = { $who } { $n ->
    [one] a réagi à votre publication
   *[other] ont réagi à votre publication
}
inbox-reaction-comment = { $who } { $n ->
    [one] a réagi à votre commentaire
   *[other] ont réagi à votre commentaire
}
inbox-follower = { $who } { $n ->
    [one] vous suit
   *[other] vous suivent
}
inbox-announcement = { $who } { $n ->
    [one] a fait une annonce dans { $space }
   *[other] ont fait une annonce dans { $space }
}
inbox-announcement-unnamed = { $who } { $n ->
    [one] a fait une annonce à tous
   *[other] ont fait une annonce à tous
}
