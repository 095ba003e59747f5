## Why a thread stands in the home feed. One message for each code of feed/reasons.rs; where a name is printed, a second one
## for a reader who may not know that name.

reason-sent-to-you = Addressed to you
reason-follow-author = You follow { $author }
reason-follow-author-unnamed = You follow its author
reason-member-of-space = You are a member of { $space }
reason-member-of-space-unnamed = You are a member of its space
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
