import ArgumentParser
import Domain
import Drawing
import Files
import Foundation
import Panes
import WorkbenchCore
import WorkbenchUI

/// `assay screen`: what the terminal UI would show after some keys, as text or as a picture, without a terminal.
struct ScreenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "screen", abstract: "Show what the terminal UI shows after some keys, as text or SVG.",
    discussion: """
      A key script is words separated by spaces or lines: keys as the help writes them (Enter, Tab, Ctrl-s, j, PageDown); \
      `text:WORDS` to type the rest of a line; `wait` until nothing is being carried out; `screen` to print what is shown \
      then. Lines that begin with # are comments. At the end everything is waited for and the screen is printed.
      """)

  @Option(help: "Columns and rows, for example 120x36.")
  var size = "80x24"
  @Option(help: "A file with a key script; - reads standard input.", completion: .file())
  var keys: String?
  @Option(help: "A theme by name.")
  var theme: String?
  @Option(help: "Write the last screen into this file as an SVG picture.", completion: .file(extensions: ["svg"]))
  var svg: String?
  @Option(name: .shortAndLong, help: "The workspace's folder.", completion: .directory)
  var workspace = "."
  @OptionGroup var trust: TrustOption

  func run() async throws {
    guard let size = Self.parse(size) else {
      throw ValidationError("--size takes columns x rows from 1x1 to 1000x1000, for example 120x36.")
    }
    let steps = try Self.steps(in: keys.map { try Self.read($0) } ?? "")
    let environment = ProcessInfo.processInfo.environment
    let workbench = try await Wiring.workbench(
      folder: WorkspaceOptions.absolute(workspace), trusts: trust.trust)
    let (themes, _) = ThemeLibrary.load(environment: environment, executable: Wiring.executable)
    if let theme, !themes.contains(where: { $0.name == theme }) {
      throw WorkbenchError.unknown("theme", theme, among: themes.map(\.name))
    }
    await workbench.watch()
    var screen = Screen(
      panes: Panes.all, snapshot: await workbench.snapshot, themes: themes, theme: theme ?? Theme.dark.name)
    let runner = CommandRunner(workbench)
    var surface = Surface(width: size.width, height: size.height)

    func settle() async {
      for _ in 0..<8 {
        await runner.drain()
        let commands = screen.update(await workbench.snapshot)
        for command in commands { runner.perform(command) }
        let queries = screen.takeQueries()
        if let queries {
          await workbench.watch(queries)
          await workbench.settleQueries()
        }
        if commands.isEmpty, queries == nil { break }
      }
    }
    func draw() {
      surface = Surface(width: size.width, height: size.height)
      screen.draw(on: &surface)
    }

    await settle()
    draw()
    for step in steps where !screen.isDone {
      switch step {
      case .event(let event):
        for command in screen.handle(event) { runner.perform(command) }
        for command in screen.update(await workbench.snapshot) { runner.perform(command) }
      case .wait: await settle()
      case .screen:
        await settle()
        draw()
        print(surface.text())
        print(String(repeating: "─", count: size.width))
      }
      draw()
    }
    await settle()
    draw()
    await runner.finish()
    await workbench.close()
    if let svg {
      do { try FileBytes.replace(WorkspaceOptions.absolute(svg), with: Array(surface.svg(title: "Assay").utf8)) } catch
      {
        throw WorkbenchError.input("\(svg) can't be written. \(error)")
      }
    }
    print(surface.text())
  }

  private enum Step {
    case event(Event), wait, screen
  }

  private static func steps(in script: String) throws -> [Step] {
    var steps: [Step] = []
    for (number, line) in script.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("#") { continue }
      var rest = line.drop { $0 == " " }
      while !rest.isEmpty {
        if rest.hasPrefix("text:") {
          steps += rest.dropFirst(5).map { .event(.key($0 == " " ? .space : Key(.character($0)))) }
          break
        }
        let word = rest.prefix { $0 != " " }
        rest = rest.dropFirst(word.count).drop { $0 == " " }
        switch word {
        case "wait": steps.append(.wait)
        case "screen": steps.append(.screen)
        default:
          guard let key = Key(String(word)) else {
            throw ValidationError("Line \(number + 1) of the key script: there is no key called \(word).")
          }
          steps.append(.event(.key(key)))
        }
      }
    }
    return steps
  }

  private static func parse(_ text: String) -> Size? {
    let parts = text.split(separator: "x").compactMap { Int($0) }
    guard parts.count == 2, parts.allSatisfy({ (1...1000).contains($0) }) else { return nil }
    return Size(width: parts[0], height: parts[1])
  }

  private static func read(_ path: String) throws -> String {
    String(decoding: try InputFile.bytes(path, limit: 16 << 20, meaning: "a script of keys"), as: UTF8.self)
  }
}
