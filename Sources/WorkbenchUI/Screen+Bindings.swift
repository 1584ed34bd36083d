import Domain
import Drawing
import PaneKit
import WorkbenchCore

extension Screen {
  /// What can be asked for wherever the focus is.
  enum Action: Sendable, Hashable {
    case show(Int), next, previous, help, palette, messages, trust, quit, reload, suspend
  }

  /// The keys that hold everywhere, unless a pane is being typed into.
  static func bindings(_ entries: [PaneEntry]) -> [Binding<Action>] {
    entries.enumerated().map { index, entry in
      Binding(entry.key, title: "Go to \(entry.title)", group: "Everywhere", action: Action.show(index))
    } + [
      Binding(.tab, title: "Next pane", group: "Everywhere", action: .next),
      Binding(.backTab, title: "Previous pane", group: "Everywhere", action: .previous),
      Binding("?", .function(1), title: "Help", group: "Everywhere", action: .help, footer: "help"),
      Binding(":", .control("p"), title: "Command palette", group: "Everywhere", action: .palette, footer: "commands"),
      Binding("!", title: "Problems and messages", group: "Everywhere", action: .messages),
      Binding(
        .control("t"), title: "Trust: what this workspace asks for", group: "Everywhere", action: .trust),
      Binding(.control("l"), title: "Reload files", group: "Everywhere", action: .reload),
      Binding(.control("z"), title: "Suspend (fg resumes)", group: "Everywhere", action: .suspend),
      Binding("q", .control("c"), title: "Quit", group: "Everywhere", action: .quit, footer: "quit"),
    ]
  }

  mutating func perform(_ action: Action) -> [Command] {
    switch action {
    case .show(let index): return show(index)
    case .next: return show((focus + 1) % panes.count)
    case .previous: return show((focus + panes.count - 1) % panes.count)
    case .help: overlay = .help(HelpOverlay(groups: helpGroups(), title: panes[focus].title))
    case .palette: overlay = .palette(Palette(entries: paletteEntries(), theme: theme))
    case .messages: overlay = .messages(MessagesOverlay(snapshot: snapshot))
    case .trust: overlay = .trust(TrustOverlay(snapshot: snapshot))
    case .reload: return [.reload]
    case .suspend: request(.suspend)
    case .quit: return quit()
    }
    return []
  }

  /// Bindings under their headings: the focused pane's first, then those that hold everywhere.
  package func helpGroups() -> [HelpGroup] {
    HelpGroup.groups(of: panes[focus].hints(snapshot), named: panes[focus].title)
      + HelpGroup.groups(of: bindings.map(\.hint), named: "Everywhere")
  }

  /// The bindings of every pane, for the README's key tables.
  package func allHelp() -> [(title: String, groups: [HelpGroup])] {
    panes.map { ($0.title, HelpGroup.groups(of: $0.hints(snapshot), named: $0.title)) }
      + [("Everywhere", HelpGroup.groups(of: bindings.map(\.hint), named: "Everywhere"))]
  }

  private func paletteEntries() -> [Palette.Entry] {
    var entries: [Palette.Entry] = []
    let order = [focus] + panes.indices.filter { $0 != focus }
    for index in order {
      for hint in panes[index].hints(snapshot) where hint.unavailable == nil {
        entries.append(
          Palette.Entry(
            title: hint.title, detail: panes[index].title, keys: hint.keys.first?.description,
            action: .pane(index, hint)))
      }
    }
    for variant in snapshot.workspace.variants {
      for set in snapshot.workspace.evalSets {
        let request = EvaluateRequest(variant: variant.name, set: set.name)
        entries.append(
          Palette.Entry(
            title: "Evaluate \(variant.name) on \(set.name)", detail: "run",
            action: .command(.evaluate(request))))
      }
    }
    for job in snapshot.jobs.prefix(50) {
      entries.append(
        Palette.Entry(
          title: "Open job \(job.id)", detail: job.state.rawValue, action: .show(.training, .job(job.id)))
      )
    }
    for binding in bindings {
      entries.append(
        Palette.Entry(
          title: binding.title, detail: "everywhere", keys: binding.keys.first?.description,
          action: .screen(binding.action)))
    }
    for theme in themes {
      entries.append(
        Palette.Entry(title: "Theme: \(theme.name)", detail: theme.summary, action: .theme(theme.name)))
    }
    return entries
  }
}
