## Pourquoi une discussion figure dans le fil d’accueil. Un message par code de feed/reasons.rs ; là où un nom est cité, un second
## pour qui n’a pas à connaître ce nom.

reason-sent-to-you = Cela vous est adressé
reason-follow-author = Vous suivez { $author }
reason-follow-author-unnamed = Vous suivez son auteur
reason-member-of-space = Vous êtes membre de l’espace { $space }
reason-member-of-space-unnamed = Vous êtes membre de son espace
reason-follow-tag = Elle porte un mot-clé que vous suivez
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

reason-mentioned = Vous y êtes mentionné
reason-colleagues-commented-one = { $first }, avec qui vous échangez, y participe
reason-colleagues-commented-two = { $first } et { $second }, avec qui vous échangez, y participent
reason-colleagues-commented = { $n ->
    [one] { $first }, { $second } et un autre collègue avec qui vous échangez y participent
   *[other] { $first }, { $second } et { $n } autres collègues avec qui vous échangez y participent
}
reason-colleagues-commented-unnamed = { $n ->
    [one] Un collègue avec qui vous échangez y participe
   *[other] { $n } collègues avec qui vous échangez y participent
}
reason-popular-in-team = Parmi ceux qui l’ont vue, plus y participent que d’habitude ici
reason-new-colleague = { $author } écrit rarement ici et n’a pas encore reçu de réponse
reason-new-colleague-unnamed = Son auteur écrit rarement ici et n’a pas encore reçu de réponse
reason-announcement = Une annonce que vous n’avez pas lue
reason-other-language = Dans une langue qui n’est pas l’une des vôtres
reason-discovery = Nouveau dans { $space }, un espace ouvert dont vous n’êtes pas membre
reason-discovery-unnamed = Nouveau dans un espace ouvert dont vous n’êtes pas membre
reason-many-by-author = D’autres messages de { $author } figurent plus haut sur cette page
reason-many-by-author-unnamed = D’autres messages de son auteur figurent plus haut sur cette page
reason-many-of-space = D’autres messages de { $space } figurent plus haut sur cette page
reason-many-of-space-unnamed = D’autres messages de son espace figurent plus haut sur cette page
reason-no-other-space = Autant de messages de { $space } à la fois, car il ne reste rien d’autre
reason-no-other-space-unnamed = Autant de messages d’un même espace à la fois, car il ne reste rien d’autre
reason-no-other-author = Autant de messages de { $author } à la fois, car il ne reste rien d’autre
reason-no-other-author-unnamed = Autant de messages d’un même auteur à la fois, car il ne reste rien d’autre
reason-no-other-in-a-row = Autant de messages de { $author } à la suite, car il ne reste rien d’autre
reason-no-other-in-a-row-unnamed = Autant de messages d’un même auteur à la suite, car il ne reste rien d’autre
