## Pourquoi une discussion figure dans le fil d’accueil. Un message par code de feed/reasons.rs ; là où un nom est cité, un second
## pour qui n’a pas à connaître ce nom.

reason-sent-to-you = Cela vous est adressé
reason-follow-author = Vous suivez { $author }
reason-follow-author-unnamed = Vous suivez son auteur
reason-member-of-space = Vous êtes membre de l’espace { $space }
reason-member-of-space-unnamed = Vous êtes membre de son espace
reason-whole-network = Publié pour tout le réseau

reason-own-thread = Vous avez lancé cette discussion
reason-thread-you-joined = Vous avez écrit dans cette discussion
reason-thread-news = { $n ->
    [one] Une nouvelle réponse depuis votre dernier message
   *[other] { $n } nouvelles réponses depuis votre dernier message
}
reason-active-in-space = Vous participez à l’espace { $space }
reason-active-in-space-unnamed = Vous participez à son espace
reason-close-colleague = Vous échangez avec { $author }
reason-close-colleague-unnamed = Vous échangez avec son auteur
# n : heures depuis la dernière activité ; celles hors du temps de travail comptent pour un quart.
reason-recent = { $n ->
    [0] Activité il y a moins d’une heure, selon vos heures de travail
    [one] Activité il y a une heure, selon vos heures de travail
   *[other] Activité il y a { $n } heures, selon vos heures de travail
}
reason-seen-before = { $n ->
    [one] Vous l’avez vue une fois
   *[other] Vous l’avez vue { $n } fois
}
