## Why a thread stands in the home feed. One message for each code of feed/reasons.rs; where a name is printed, a second one
## for a reader who may not know that name.

reason-sent-to-you = Addressed to you
reason-follow-author = You follow { $author }
reason-follow-author-unnamed = You follow its author
reason-member-of-space = You are a member of { $space }
reason-member-of-space-unnamed = You are a member of its space
reason-follow-tag = It bears a tag that you follow
reason-whole-network = Posted for everybody in the network

reason-own-thread = You started this thread
reason-thread-you-joined = You have written in this thread
reason-thread-news = { $n ->
    [one] One new reply since you last wrote in it
   *[other] { $n } new replies since you last wrote in it
}
reason-active-in-space = You take part in { $space }
reason-active-in-space-unnamed = You take part in its space
reason-close-colleague = You are in touch with { $author }
reason-close-colleague-unnamed = You are in touch with its author
# n: hours since the last activity; those outside working time count a quarter.
reason-recent = { $n ->
    [0] Active less than an hour ago, by your working hours
    [one] Active an hour ago, by your working hours
   *[other] Active { $n } hours ago, by your working hours
}
reason-seen-before = { $n ->
    [one] You have seen it once
   *[other] You have seen it { $n } times
}

reason-mentioned = You are mentioned in it
reason-colleagues-commented-one = { $first }, whom you are in touch with, took part
reason-colleagues-commented-two = { $first } and { $second }, whom you are in touch with, took part
reason-colleagues-commented = { $n ->
    [one] { $first }, { $second } and another colleague whom you are in touch with took part
   *[other] { $first }, { $second } and { $n } other colleagues whom you are in touch with took part
}
reason-colleagues-commented-unnamed = { $n ->
    [one] A colleague whom you are in touch with took part
   *[other] { $n } colleagues whom you are in touch with took part
}
reason-popular-in-team = More of those who saw it took part than is usual here
reason-new-colleague = { $author } seldom writes here and has had no answer yet
reason-new-colleague-unnamed = Its author seldom writes here and has had no answer yet
reason-announcement = An announcement that you have not read
reason-other-language = In a language that is not one of yours
reason-discovery = New in { $space }, an open space that you have not joined
reason-discovery-unnamed = New in an open space that you have not joined
reason-many-by-author = Other posts by { $author } stand above on this page
reason-many-by-author-unnamed = Other posts by its author stand above on this page
reason-many-of-space = Other posts of { $space } stand above on this page
reason-many-of-space-unnamed = Other posts of its space stand above on this page
reason-no-other-space = So much of { $space } together because nothing else is left
reason-no-other-space-unnamed = So much of one space together because nothing else is left
reason-no-other-author = So much by { $author } together because nothing else is left
reason-no-other-author-unnamed = So much by one author together because nothing else is left
reason-no-other-in-a-row = So much by { $author } in a row because nothing else is left
reason-no-other-in-a-row-unnamed = So much by one author in a row because nothing else is left
