import Drawing
import Foundation
import Testing

@testable import Terminal

/// Whatever signal ends the process, the terminal is as it was, and nothing that it sent is left for the shell.
extension TerminalTests {
  /// Every signal that ends a process which does nothing about it and can be caught; a real-time one among them.
  static let endings: [Int32] = {
    var numbers = [
      SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
      SIGTERM, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGSYS,
    ]
    #if os(Linux)
      numbers += [SIGSTKFLT, SIGIO, SIGPWR, 40]
    #endif
    return numbers
  }()

  /// Has the mouse scrolled, and waits until the program could read that: the system hands it on by and by.
  private static func scroll(_ pseudo: PseudoTerminal) async throws {
    pseudo.type("\u{1B}[<64;20;9M\n")
    while waiting(in: pseudo) == 0 { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// How many bytes the program's side could read.
  private static func waiting(in pseudo: PseudoTerminal) -> Int32 {
    var count: Int32 = 0
    _ = ioctl(pseudo.program, UInt(FIONREAD), &count)
    return count
  }

  @Test(arguments: endings) func everyEndingGivesTheTerminalBack(signal number: Int32) async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    try await Self.scroll(pseudo)
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    setenv("ASSAY_TEST_SIGNAL", "\(number)", 1)
    let result = await #expect(processExitsWith: .signal(number), observing: [\.standardErrorContent]) {
      let number = Int32(atoi(getenv("ASSAY_TEST_SIGNAL")))
      Foundation.signal(number, SIG_DFL)  // whatever the test's own process does with it
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      let terminal = try CursesTerminal(input: file, output: file, environment: ["TERM": "xterm-256color"])
      terminal.show(.init(width: 80, height: 24))
      kill(getpid(), number)
      while true { pause() }
    }
    let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(errors.contains("the terminal has been restored"))
    let shown = pseudo.output()
    for mode in ["1002l", "1006l", "1004l", "2004l", "1049l", "25h"] { #expect(shown.contains("\u{1B}[?\(mode)")) }
    #expect(pseudo.modes == before)
    #expect(Self.waiting(in: pseudo) == 0)
  }

  /// `nohup` and shells have signals ignored: such a signal ends nothing, so it restores nothing.
  @Test func anIgnoredSignalStaysIgnored() async throws {
    let pseudo = try PseudoTerminal()
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    await #expect(processExitsWith: .exitCode(7)) {
      for number in [SIGUSR1, SIGHUP] { Foundation.signal(number, SIG_IGN) }
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      let terminal = try CursesTerminal(input: file, output: file, environment: ["TERM": "xterm-256color"])
      terminal.show(.init(width: 80, height: 24))
      for number in [SIGUSR1, SIGHUP] { kill(getpid(), number) }
      exit(7)
    }
    #expect(!pseudo.output().contains("\u{1B}[?1049l"))
  }

  @Test func leavingThrowsAwayWhatTheMouseSent() async throws {
    let pseudo = try PseudoTerminal()
    let terminal = try CursesTerminal(
      input: pseudo.program, output: pseudo.program, environment: ["TERM": "xterm-256color"])
    terminal.show(.init(width: 80, height: 24))
    pseudo.type("\u{1B}[<64;20;9M\r")
    while Self.waiting(in: pseudo) == 0 { try await Task.sleep(for: .milliseconds(1)) }
    terminal.close()
    #expect(Self.waiting(in: pseudo) == 0)
  }

  /// Libraries write to standard error what they like, texts of a model among it.
  @Test func errorsKeptMeanwhileAreHarmless() async throws {
    let pseudo = try PseudoTerminal()
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    await #expect(processExitsWith: .signal(SIGUSR1)) {
      Foundation.signal(SIGUSR1, SIG_DFL)
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      dup2(file, 2)
      let (updates, feed) = AsyncStream.makeStream(of: String.self)
      feed.yield("\u{1B}]0;owned\u{07}\u{9B}31m\u{202E}é\n")
      try await runTerminal(
        TellsErrors(), updates: updates, environment: ["TERM": "xterm-256color"], input: file, output: file
      ) { _ in }
    }
    let shown = try #require(pseudo.output().components(separatedBy: "\u{1B}[?1049l").last)
    #expect(shown.contains("?]0;owned?"))
    #expect(shown.contains("é"))
    for hazard in ["\u{1B}]", "\u{07}", "\u{9B}", "\u{202E}"] { #expect(!shown.contains(hazard)) }
  }

  @Test func aSecretIsNotShownAndTheEchoComesBack() async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    let program = pseudo.program
    let reading = Task.detached { HiddenLine.read(from: program) }
    while pseudo.modes == before { try await Task.sleep(for: .milliseconds(1)) }
    pseudo.type(" secret\u{7F}T\r")
    #expect(await reading.value == "secreT")
    #expect(pseudo.modes == before)
    #expect(!pseudo.output().contains("s"))
  }

  @Test func anEndingWhileASecretIsTypedBringsTheEchoBack() async throws {
    let pseudo = try PseudoTerminal()
    let before = pseudo.modes
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    await #expect(processExitsWith: .signal(SIGTERM)) {
      Foundation.signal(SIGTERM, SIG_DFL)
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      var modes = termios()
      tcgetattr(file, &modes)
      let echoes = modes.c_lflag & tcflag_t(ECHO)
      Task.detached { HiddenLine.read(from: file) }
      while modes.c_lflag & tcflag_t(ECHO) == echoes { tcgetattr(file, &modes) }
      kill(getpid(), SIGTERM)
      while true { pause() }
    }
    #expect(pseudo.modes == before)
  }
}

/// Writes what it is told to standard error and then ends the process by a signal.
private struct TellsErrors: Interface {
  mutating func handle(_ event: Event) -> [Request<String>] { [] }

  mutating func receive(_ update: String) -> [Request<String>] {
    _ = update.withCString { write(2, $0, strlen($0)) }
    kill(getpid(), SIGUSR1)
    return []
  }

  mutating func draw(on surface: inout Surface) {}
}
