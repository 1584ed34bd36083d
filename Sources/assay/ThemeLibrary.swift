import Drawing
import Files
import Foundation

/// Finds themes: those in the program, and in place of them or besides, files of the user and of the installation.
enum ThemeLibrary {
  /// All themes by name.
  static func load(environment: [String: String], executable: String) -> (themes: [Theme], warnings: [String]) {
    var themes = Theme.builtIn
    var warnings: [String] = []
    for folder in folders(environment: environment, executable: executable).reversed() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names.sorted() where name.hasSuffix(".theme") {
        guard let text = try? FileBytes.text(folder + "/" + name, limit: 1 << 20) else { continue }
        let (theme, found) = Theme.parse(text, name: String(name.dropLast(6)))
        warnings += found.map { "\(folder)/\(name): \($0)" }
        themes.removeAll { $0.name == theme.name }
        themes.append(theme)
      }
    }
    return (themes, warnings)
  }

  /// The theme to start with: the one asked for, else the one chosen last, else what the terminal can show.
  static func preferred(_ asked: String?, environment: [String: String]) -> String {
    if let asked { return asked }
    if let name = environment["NO_COLOR"], !name.isEmpty { return "monochrome" }
    let saved = try? FileBytes.text(choiceFile(environment), limit: 4096)
    return saved?.trimmingCharacters(in: .whitespacesAndNewlines) ?? Theme.dark.name
  }

  /// Remembers the theme that was in use at the end.
  static func remember(_ name: String, environment: [String: String]) {
    let file = choiceFile(environment)
    try? FileBytes.replace(file, with: Array((name + "\n").utf8))
  }

  private static func configuration(_ environment: [String: String]) -> String {
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.config") + "/assay"
  }

  private static func choiceFile(_ environment: [String: String]) -> String { configuration(environment) + "/theme" }

  private static func folders(environment: [String: String], executable: String) -> [String] {
    var folders = [configuration(environment) + "/themes"]
    if let folder = environment["ASSAY_THEMES"] { folders.append(folder) }
    let installation = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent()
    return folders + [installation.appendingPathComponent("share/assay/themes").path]
  }
}
