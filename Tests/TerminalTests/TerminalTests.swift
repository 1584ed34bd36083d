import Drawing
import Foundation
import Testing

@testable import Terminal

/// There is one ncurses in a process, so these run one after the other.
@Suite(.serialized) struct TerminalTests {
  private func environment(_ more: [String: String] = [:]) -> [String: String] {
    ["TERM": "xterm-256color"].merging(more) { $1 }
  }

  private func terminal(_ pseudo: PseudoTerminal, _ more: [String: String] = [:]) throws -> CursesTerminal {
    try CursesTerminal(input: pseudo.program, output: pseudo.program, environment: environment(more))
  }

  private func surface(_ text: String, style: Style = .plain) -> Surface {
    var surface = Surface(width: 80, height: 24)
    surface.fill(surface.bounds, style: Style(.palette(252), on: .palette(234)))
    surface.write(text, at: Point(x: 2, y: 3), style: style)
    surface.cursor = Point(x: 2 + TextWidth.columns(of: text), y: 3)
    return surface
  }

  @Test func showsTextAndLeavesTheTerminalAsItWas() throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    let terminal = try terminal(pseudo)
    #expect(pseudo.modes != before)
    terminal.show(surface("Hé作👩‍🚀 e\u{301}"))
    let shown = pseudo.output()
    #expect(shown.contains("Hé作👩 e\u{301}"))
    #expect(shown.contains("\u{1B}[?1049h"))
    terminal.close()
    let left = pseudo.output()
    #expect(left.contains("\u{1B}[?1049l"))
    #expect(left.contains("\u{1B}[?1002l"))
    #expect(pseudo.modes == before)
  }

  @Test func sendsOnlyWhatChanged() throws {
    let pseudo = try PseudoTerminal()
    let terminal = try terminal(pseudo)
    terminal.show(surface("typin"))
    _ = pseudo.output()
    terminal.show(surface("typing"))
    #expect(pseudo.output() == "g")
    terminal.show(surface("typing"))
    #expect(pseudo.output() == "")
    terminal.close()
  }

  @Test func hostileTextIsHarmless() throws {
    let pseudo = try PseudoTerminal()
    let terminal = try terminal(pseudo)
    terminal.show(surface(""))
    _ = pseudo.output()
    terminal.show(surface("\u{1B}]0;owned\u{07}\u{9B}31m"))
    let shown = pseudo.output()
    #expect(!shown.contains("\u{1B}]0"))
    #expect(shown.contains("␛]0;owned␇␦31m"))
    terminal.close()
  }

  @Test func coloursFitTheTerminal() throws {
    let red = Style(.rgb(255, 0, 0))
    for (more, expected) in [
      (["COLORTERM": ""], "\u{1B}[38;5;196m"), (["COLORTERM": "truecolor"], "38;2;255;0;0m"),
      (["TERM": "xterm", "COLORTERM": ""], "\u{1B}[31m"),
    ] {
      let pseudo = try PseudoTerminal()
      let terminal = try terminal(pseudo, more)
      let hasExactColours = CursesTerminal.hasDescription("vscode-direct", pseudo.program)
      terminal.show(surface("red", style: red))
      let shown = pseudo.output()
      #expect(shown.contains(expected) || !hasExactColours && more["COLORTERM"] == "truecolor", "\(more)")
      terminal.close()
    }
  }

  @Test func noColorMeansNone() throws {
    for more in [["NO_COLOR": "1", "COLORTERM": "truecolor"], ["TERM": "vt100"]] {
      let pseudo = try PseudoTerminal()
      let terminal = try terminal(pseudo, more)
      #expect(terminal.depth == .none)
      terminal.show(surface("plain", style: Style(.rgb(255, 0, 0), on: .default, .bold)))
      let shown = pseudo.output()
      #expect(!shown.contains("38;5") && !shown.contains("[31m") && !shown.contains("38:2"))
      #expect(shown.contains("plain"))
      terminal.close()
    }
  }

  @Test func selectionsCanBeSeenWithFewColours() throws {
    for more in [["NO_COLOR": "1"], ["TERM": "xterm", "COLORTERM": ""], ["TERM": "vt100"]] {
      let pseudo = try PseudoTerminal()
      let terminal = try terminal(pseudo, more)
      var surface = Surface(width: 80, height: 24)
      surface.fill(surface.bounds, style: Theme.dark[.text])
      surface.write("selected", at: Point(x: 2, y: 3), style: Theme.dark[.selection])
      terminal.show(surface)
      let shown = pseudo.output()
      let before = shown.components(separatedBy: "selected")[0]
      #expect(before.suffix(40).contains("[7m") || before.suffix(40).contains(";7m"), "\(more)")
      terminal.close()
    }
  }

  @Test func unknownTerminalsAreTakenForTheCommonOne() throws {
    let pseudo = try PseudoTerminal()
    let terminal = try terminal(pseudo, ["TERM": "no-such-terminal"])
    terminal.show(surface("works"))
    #expect(pseudo.output().contains("works"))
    terminal.close()
  }

  @Test func refusesPolitely() throws {
    let pseudo = try PseudoTerminal()
    #expect(throws: TerminalError.tooSimple("dumb")) { try terminal(pseudo, ["TERM": "dumb"]) }
    let file = open("/dev/null", O_RDWR)
    defer { close(file) }
    #expect(throws: TerminalError.notATerminal) {
      try CursesTerminal(input: file, output: file, environment: environment())
    }
    #expect(TerminalError.tooSimple("dumb").description.contains("TERM=dumb"))
    #expect(TerminalError.stopped(signal: 15, name: "SIGTERM").exitStatus == 143)
  }

  @Test func aTrapLeavesTheTerminalAsItWas() async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      let terminal = try CursesTerminal(input: file, output: file, environment: ["TERM": "xterm-256color"])
      terminal.show(Surface(width: 80, height: 24))
      fatalError("the flaw of this test")
    }
    let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(errors.contains("the flaw of this test"))
    #expect(errors.contains("the terminal has been restored"))
    #expect(pseudo.output().contains("\u{1B}[?1049l"))
    #expect(pseudo.modes == before)
  }

  @Test func aBadAccessLeavesTheTerminalAsItWas() async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    await #expect(processExitsWith: .signal(SIGSEGV)) {
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      let terminal = try CursesTerminal(input: file, output: file, environment: ["TERM": "xterm-256color"])
      terminal.show(Surface(width: 80, height: 24))
      raise(SIGSEGV)
    }
    #expect(pseudo.output().contains("\u{1B}[?1002l"))
    #expect(pseudo.modes == before)
  }

  @Test func askedToStopItSaysWhy() async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    await #expect(processExitsWith: .exitCode(143)) {
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      let (updates, feed) = AsyncStream.makeStream(of: String.self)
      feed.yield("stop")
      do {
        try await runTerminal(
          StopsItself(), updates: updates, environment: ["TERM": "xterm-256color"], input: file, output: file
        ) { _ in }
      } catch let error as TerminalError {
        exit(error.exitStatus)
      }
    }
    #expect(pseudo.modes == before)
  }

  @Test(.timeLimit(.minutes(1))) func runsAnInterface() async throws {
    let pseudo = try PseudoTerminal(columns: 40, rows: 10)
    let before = pseudo.modes
    let (updates, feed) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1))
    let (commands, made) = AsyncStream.makeStream(of: String.self)
    let (input, variables) = (pseudo.program, environment())
    let running = Task {
      try await runTerminal(Echo(), updates: updates, environment: variables, input: input, output: input) {
        made.yield($0)
      }
    }
    #expect(try await pseudo.output(until: "40x10") != nil)
    pseudo.type("a")
    #expect(try await pseudo.output(until: "[a]") != nil)
    pseudo.type("\u{1B}[A")
    #expect(try await pseudo.output(until: "Up]") != nil, "only what changed is sent")
    feed.yield("fresh")
    #expect(try await pseudo.output(until: "fresh") != nil)
    pseudo.resize(columns: 50, rows: 12)
    kill(getpid(), SIGWINCH)
    #expect(try await pseudo.output(until: "50x12") != nil)
    pseudo.type("\r")
    var command: String?
    for await made in commands {
      command = made
      break
    }
    #expect(command == "Enter")
    pseudo.type("q")
    try await running.value
    #expect(pseudo.modes == before)
  }

  @Test(.timeLimit(.minutes(1))) func cancellingTheTaskLeaves() async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    let (updates, _) = AsyncStream.makeStream(of: String.self)
    let (input, variables) = (pseudo.program, environment())
    let running = Task {
      try await runTerminal(Echo(), updates: updates, environment: variables, input: input, output: input) { _ in }
    }
    #expect(try await pseudo.output(until: "80x24") != nil)
    running.cancel()
    try await running.value
    #expect(pseudo.modes == before)
  }
}

/// Shows its size, the last key and the last update; Enter makes a command, q leaves.
private struct Echo: Interface {
  var key = ""
  var update = ""

  mutating func handle(_ event: Event) -> [Request<String>] {
    guard case .key(let pressed) = event else { return [] }
    if pressed == "q" { return [.quit] }
    if pressed == .enter { return [.perform(pressed.description)] }
    key = pressed.description
    return []
  }

  mutating func receive(_ update: String) -> [Request<String>] {
    self.update = update
    return []
  }

  mutating func draw(on surface: inout Surface) {
    surface.write("\(surface.size.width)x\(surface.size.height)", at: Point(x: 0, y: 0))
    surface.write("[\(key)]", at: Point(x: 0, y: 1))
    surface.write(update, at: Point(x: 0, y: 2))
  }
}

/// Sends its process SIGTERM as soon as it is told anything.
private struct StopsItself: Interface {
  mutating func handle(_ event: Event) -> [Request<String>] { [] }

  mutating func receive(_ update: String) -> [Request<String>] {
    kill(getpid(), SIGTERM)
    return []
  }

  mutating func draw(on surface: inout Surface) {}
}
