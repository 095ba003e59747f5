## Why somebody is told of something: one message for each code of inbox/records.rs. `who` is one of the `inbox-who` messages or a name;
## `n` is the number of persons.

inbox-who-two = { $first } and { $second }
inbox-who-more = { $first }, { $second } and { $n ->
    [one] one other
   *[other] { $n } others
}
inbox-who-many = { $first }, { $second } and more than 97 others
inbox-who-one-more = { $first } and { $n ->
    [one] one other
   *[other] { $n } others
}
inbox-who-unnamed = { $n ->
    [one] Somebody
   *[other] { $n } persons
}

inbox-mention = { $who } { $n ->
    [one] mentioned you
   *[other] mentioned you
}
inbox-join-request = { $who } { $n ->
    [one] asks to join { $space }
   *[other] ask to join { $space }
}
inbox-join-request-unnamed = { $who } { $n ->
    [one] asks to join your space
   *[other] ask to join your space
}
inbox-reply = { $who } { $n ->
    [one] answered your comment
   *[other] answered your comment
}
inbox-comment = { $who } { $n ->
    [one] commented on your post
   *[other] commented on your post
}
inbox-reaction = { $who } { $n ->
    [one] reacted to your post
   *[other] reacted to your post
}
inbox-reaction-comment = { $who } { $n ->
    [one] reacted to your comment
   *[other] reacted to your comment
}
inbox-follower = { $who } { $n ->
    [one] follows you
   *[other] follow you
}
inbox-announcement = { $who } { $n ->
    [one] announced something in { $space }
   *[other] announced something in { $space }
}
inbox-announcement-unnamed = { $who } { $n ->
    [one] announced something to everybody
   *[other] announced something to everybody
}
