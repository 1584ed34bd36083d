import CNcurses
import Drawing

/// Shows an interface on the terminal until it asks to leave.
///
/// ncurses gets a thread of its own, and everything about it stays in that thread: nothing that waits or computes
/// elsewhere can delay a key. `perform` is called on that thread in the order of the requests, so it must only hand the
/// command on. What other code writes to standard error meanwhile appears after the end. Throws a `TerminalError` if
/// the terminal can't be used, or if something other than the interface ended it; the terminal is as it was either way.
package func runTerminal<UI: Interface>(
  _ interface: UI, updates: AsyncStream<UI.Update>, environment: [String: String],
  input: Int32 = 0, output: Int32 = 1, perform: @escaping @Sendable (UI.Command) -> Void
) async throws(TerminalError) {
  let wakePipe = try WakePipe()
  let mailbox = Mailbox<UI.Update>(wakePipe: wakePipe)
  let feeding = Task { for await update in updates { mailbox.post(update) } }
  let result = await withTaskCancellationHandler {
    await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, TerminalError>, Never>) in
      startThread {
        continuation.resume(
          returning: Result { () throws(TerminalError) in
            cn_prepare_thread()
            let terminal = try CursesTerminal(input: input, output: output, environment: environment)
            cn_capture_errors()
            cn_watch_signals(wakePipe.writing)
            defer {
              cn_unwatch_signals()
              terminal.close()
              cn_release_errors()
            }
            var loop = EventLoop(
              interface: interface, terminal: terminal, mailbox: mailbox, wakePipe: wakePipe, input: input,
              perform: perform)
            try loop.run()
          })
      }
    }
  } onCancel: {
    mailbox.close()
  }
  feeding.cancel()
  try result.get()
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) {
  let body = Unmanaged.passRetained(ThreadBody(run)).toOpaque()
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, 4 << 20)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  #if canImport(Darwin)
    var thread: pthread_t?
    let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { pointer in
      Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
      return nil
    }
  #else
    var thread = pthread_t()
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
      if let pointer { Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run() }
      return nil
    }
  #endif
  let status = pthread_create(&thread, &attributes, entry, body)
  precondition(status == 0, "the system has no thread left")
  pthread_attr_destroy(&attributes)
}
