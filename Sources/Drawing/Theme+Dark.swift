extension Theme {
  /// The theme to use when no theme file is found; its text is that of `themes/dark.theme`, and a test keeps it so.
  public static let dark = parse(darkText, name: "dark").theme

  static let darkText = """
    about Calm and dark: slate ground, cyan for focus, colour only where it means something

    # ground, from back to front
    $ground   = #12161d
    $raised   = #1a2029
    $line     = #2e3846
    $select   = #22415a
    $resting  = #262e3a

    # ink, from faint to strong
    $faint    = #7d8a9c
    $ink      = #c6d0dd
    $strong   = #f0f4f9

    # meaning
    $accent   = #62c4dd
    $green    = #7fcf8f
    $red      = #f28b82
    $amber    = #e8b965
    $violet   = #c0a5f0
    $blue     = #82b1ff

    text               = $ink on $ground
    text.dim           = $faint
    text.strong        = $strong bold
    title              = $ink bold
    title.focused      = $accent bold
    border             = $line
    border.focused     = $accent
    selection          = $strong on $select
    selection.unfocused = $ink on $resting
    cursor             = $ground on $accent
    key                = $accent bold
    status             = $ink on $raised
    status.title       = $ground on $accent bold
    status.busy        = $amber
    status.notice      = $strong
    tab                = $faint on $raised
    tab.active         = $strong on $ground bold

    error              = $red bold
    warning            = $amber
    success            = $green
    info               = $blue
    good               = $green
    bad                = $red
    better             = $green bold
    worse              = $red bold
    neutral            = $faint

    diff.added         = #b5edc0 on #173626
    diff.removed       = #ffbcb5 on #442023 strikethrough
    diff.same          = $faint

    chart.axis         = $faint
    chart.train        = $blue
    chart.validation   = $amber
    chart.third        = $green
    chart.fourth       = $violet
    chart.cursor       = $strong

    json               = $ink
    json.key           = $blue
    json.string        = $green
    json.number        = $amber
    json.literal       = $violet

    section            = $strong bold
    section.system     = $violet bold
    section.user       = $blue bold
    section.off        = $faint
    variable           = $amber bold
    variable.unknown   = $red bold underline

    search.match       = $strong on #5a4716
    search.match.current = #171204 on $amber bold

    progress.filled    = $accent
    progress.empty     = $line
    interval           = $line
    interval.range     = $accent
    interval.mark      = $strong bold

    table.header       = $faint bold underline
    scrollbar          = $line
    scrollbar.thumb    = $faint
    overlay            = $ink on $raised
    overlay.border     = $accent on $raised
    overlay.title      = $strong on $raised bold
    input              = $strong
    input.prompt       = $accent bold
    input.placeholder  = $faint italic
    gutter             = #6b788a

    tag                = $violet
    link               = $blue underline
    badge              = $ink on $line
    badge.prompted     = $blue bold
    badge.tuned        = $violet bold
    badge.running      = $amber bold
    badge.done         = $green bold
    badge.failed       = $red bold

    """
}
