extension Theme {
  /// The theme to use when no theme file is found; its text is that of `themes/dark.theme`, and a test keeps it so.
  public static let dark = parse(darkText, name: "dark").theme

  static let darkText = """
    about Calm and dark: slate ground, cyan for focus, colour only where it means something

    # ground, from back to front
    $ground   = #12161d
    $raised   = #1a2029
    $line     = #3a4656
    $select   = #1e3a51
    $resting  = #262e3a

    # ink, from faint to strong
    $faint    = #94a1b3
    $ink      = #c6d0dd
    $strong   = #f0f4f9

    # meaning
    $accent   = #62c4dd
    $green    = #7fcf8f
    $red      = #f79a91
    $amber    = #e8b965
    $violet   = #c6adf3
    $blue     = #8fb9ff

    # grounds with a meaning
    $added    = #16331f
    $removed  = #43201f
    $found    = #5a4716

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

    diff.added         = $green on $added
    diff.removed       = $red on $removed strikethrough
    diff.same          = $faint

    chart.axis         = $faint
    chart.train        = $blue
    chart.validation   = $amber
    chart.third        = $green
    chart.fourth       = $violet
    chart.fifth        = $red
    chart.sixth        = $accent
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

    search.match       = $strong on $found
    search.match.current = $ground on $amber bold

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
    gutter             = $faint

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
