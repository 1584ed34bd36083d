import CNcurses
import Drawing

/// Waits for keys, updates and signals, hands them to the interface, and shows what it draws.
///
/// Keys are answered at once. Updates are drawn at most 60 times a second, however fast they come, but two that follow a
/// pause at once, so that what a key asked for needn't wait. While nothing happens, it sleeps without a timer.
struct EventLoop<UI: Interface> {
  var interface: UI
  let terminal: CursesTerminal
  let mailbox: Mailbox<UI.Update>
  let wakePipe: WakePipe
  let input: Int32
  let perform: @Sendable (UI.Command) -> Void

  /// A terminal sends a key's bytes together; after such a silence, an Escape was the Escape key.
  private static var escapeDelay: Duration { .milliseconds(25) }
  /// After such a silence, the end of a paste is lost, and keys are keys again.
  private static var pasteDelay: Duration { .seconds(5) }

  /// Runs until the interface asks to leave; throws if something else ends it, after the interface's last commands.
  mutating func run() throws(TerminalError) {
    do {
      try runUntilAsked()
    } catch {
      cn_ignore_hangups()
      for command in interface.leave() { perform(command) }
      throw error
    }
  }

  private mutating func runUntilAsked() throws(TerminalError) {
    let clock = ContinuousClock()
    var decoder = KeyDecoder(described: terminal.describedKeys)
    var pace = FramePace(start: clock.now)
    var escapeEnds: ContinuousClock.Instant?
    var mustDraw = true
    while !mailbox.isClosed {
      if mailbox.hasUpdate, mustDraw || clock.now >= pace.next, let update = mailbox.take() {
        pace.take(at: clock.now)
        if try !carryOut(interface.receive(update)) { return }
        mustDraw = true
      }
      if mustDraw {
        draw()
        mustDraw = false
      }

      let ends = [mailbox.hasUpdate ? pace.next : nil, escapeEnds].compactMap(\.self).min()
      let ready = cn_wait(input, wakePipe.descriptor, ends.map { Self.milliseconds($0 - clock.now) } ?? -1)
      var events: [Event] = []
      if ready & Int32(cn_wait_input) != 0 {
        guard let bytes = terminal.read() else { throw .hungUp }
        events = decoder.feed(bytes)
        let delay = decoder.isPasting ? Self.pasteDelay : decoder.isWaiting ? Self.escapeDelay : nil
        escapeEnds = delay.map { clock.now + $0 }
      } else if ready & Int32(cn_wait_hangup) != 0 {
        throw .hungUp
      } else if let end = escapeEnds, clock.now >= end {
        events = decoder.flush()
        escapeEnds = nil
      }
      if ready & Int32(cn_wait_wake) != 0 {
        for signal in wakePipe.signals() { mustDraw = try take(signal) || mustDraw }
      }
      for event in events {
        if try !carryOut(interface.handle(event)) { return }
        mustDraw = true
      }
    }
  }

  private mutating func draw() {
    var surface = Surface(terminal.size)
    interface.draw(on: &surface)
    terminal.show(surface)
  }

  /// Does what the interface asked for; false if it wants to leave.
  private func carryOut(_ requests: [Request<UI.Command>]) throws(TerminalError) -> Bool {
    for request in requests {
      switch request {
      case .perform(let command): perform(command)
      case .copy(let text): terminal.copy(text)
      case .suspend: terminal.suspend()
      case .quit: return false
      }
    }
    return true
  }

  /// Takes a signal; true if the screen must be drawn.
  private func take(_ signal: Int32) throws(TerminalError) -> Bool {
    switch signal {
    case SIGWINCH:
      terminal.resize()
      return true
    case SIGCONT:
      terminal.resume()  // whoever stopped us may have left the terminal in any state
      return true
    case SIGTSTP:
      terminal.suspend()
      return true
    case SIGTERM: throw .stopped(signal: signal, name: "SIGTERM")
    case SIGINT: throw .stopped(signal: signal, name: "SIGINT")
    case SIGHUP: throw .hungUp
    default: return false
    }
  }

  /// Rounded up, so that the time has come when the wait ends.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    return Int32(max(0, min(60_000, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)))
  }
}

/// When the next update may be drawn: 60 times a second on average, with one in hand after a pause (the generic cell rate
/// algorithm, ITU-T I.371).
struct FramePace {
  static let frame = Duration.microseconds(16_667)
  private var due: ContinuousClock.Instant

  init(start: ContinuousClock.Instant) { due = start }

  /// From then on an update may be drawn.
  var next: ContinuousClock.Instant { due - Self.frame }

  /// An update is drawn; one that a key's frame shows in passing delays the next by no more than any other.
  mutating func take(at now: ContinuousClock.Instant) { due = min(max(due, now) + Self.frame, now + Self.frame * 2) }
}
