import ArgumentParser
import Content
import Domain
import Foundation
import LocalEngine
import NumberFormat
import WorkbenchCore

/// `assay engine`: the local engine, mlx-lm and TRL in private virtual environments.
struct EngineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engine",
    abstract: "Install, look at, start, stop and remove the local engine (mlx-lm; TRL for training).",
    subcommands: [Install.self, Status.self, Start.self, Stop.self, Uninstall.self], defaultSubcommand: Status.self)

  /// Which of the environments is meant.
  struct Choice: ParsableArguments {
    @Flag(help: "The environment of the training back end trl (TRL, PEFT, PyTorch) instead of mlx-lm's.")
    var trl = false
    var engine: LocalEngine { LocalEngine(layout: .standard().with(trl ? .trl : .mlx)) }
  }

  /// Installs it.
  struct Install: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "install", abstract: "Install the engine, or repair or update it; does nothing when it is ready.")
    @Flag(help: "Install the packages for an NVIDIA GPU.")
    var cuda = false
    @OptionGroup var choice: Choice
    func run() async throws {
      let engine = choice.engine
      let environment = engine.environment
      let start = ContinuousClock.now
      let isReady = engine.status.installation != nil && !cuda
      if !isReady {
        print("Installing \(environment.library) into \(engine.layout.home) (\(environment.cost)) …")
      }
      var line = ProgressLine()
      for try await progress in engine.install(cuda ? .cuda : .auto) {
        line.show("engine", done: Int(progress.fraction * 100), total: 100, detail: progress.text)
        if let installation = progress.installation {
          line.clear()
          let seconds = NumberFormat.duration((ContinuousClock.now - start) / .seconds(1))
          print(
            "\(environment.library) \(installation.library) on \(environment.framework) \(installation.framework) "
              + "(\(installation.accelerator.rawValue)) is ready"
              + (isReady ? "." : ", after \(seconds)."))
        }
      }
    }
  }

  /// Tells what there is.
  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Whether the engine is ready, and which servers run.")
    @Flag(help: "Print nothing; exit 0 when it is ready and 3 when not.")
    var quiet = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var choice: Choice
    func run() async throws {
      if quiet {
        if choice.engine.status.installation == nil { throw ExitCode(ExitStatus.model) }
        return
      }
      let engine = LocalEngine()
      let trainer = LocalEngine(layout: engine.layout.with(.trl))
      let servers = EngineServers(layout: engine.layout).running()
      if json {
        let value: JSONValue = [
          "ready": JSONValue(engine.status.installation != nil), "home": .string(engine.layout.home),
          "mlx_lm": engine.status.installation.map { .string($0.library) } ?? .null,
          "trl": trainer.status.installation.map { .string($0.library) } ?? .null,
          "servers": .array(
            servers.map { server in
              [
                "model": .string(server.model), "adapter": server.adapter.map { .string($0) } ?? .null,
                "port": JSONValue(server.port), "pid": JSONValue(Int(server.pid)),
                "in_use": JSONValue(server.isInUse), "log": .string(server.log),
              ]
            }),
        ]
        return printJSON(value)
      }
      print(Self.line(engine))
      // Few need it, so that it is missing is no news.
      if trainer.status != .missing || choice.trl { print(Self.line(trainer)) }
      print("home:  \(engine.layout.home)")
      guard !servers.isEmpty else { return print("No server runs; one is started when a model is asked.") }
      var table = TextTable(
        .init("model"), .init("adapter"), .init("port", .right), .init("pid", .right), .init("in use"), .init("log"))
      table.rows = servers.map {
        [$0.model, $0.adapter ?? "–", "\($0.port)", "\($0.pid)", $0.isInUse ? "yes" : "no", $0.log]
      }
      table.print()
    }

    private static func line(_ engine: LocalEngine) -> String {
      do {
        let installation = try engine.requireReady()
        return "ready: \(engine.environment.library) \(installation.library), \(engine.environment.framework) "
          + "\(installation.framework) (\(installation.accelerator.rawValue)), Python \(installation.python)"
      } catch {
        return error.description
      }
    }
  }

  /// Starts a server ahead of its first use.
  struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "start",
      abstract: "Start a model's server ahead of its first use; it stops by itself when nobody uses it.")
    @Argument(help: "A variant of the workspace with a local model; the first such one when not named.")
    var variant: String?
    @Option(help: "How many seconds it stays without being used.")
    var keep = 600.0
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      let place = try await workbench.localModel(of: variant)
      await workbench.close()
      let served = try await EngineServers(grace: .seconds(keep), onDownload: { Wiring.say($0) }).serve(
        model: place.model, adapter: place.adapter)
      print(served.baseURL)
    }
  }

  /// Stops all servers.
  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stop all of the engine's servers.")
    func run() async throws {
      let count = await EngineServers().stopAll()
      print(count == 0 ? "No server was running." : "Stopped \(count) server\(count == 1 ? "" : "s").")
    }
  }

  /// Removes it.
  struct Uninstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "uninstall",
      abstract: "Stop the servers and delete what was installed; workspaces and adapters stay.")
    @OptionGroup var choice: Choice
    func run() async throws {
      let engine = choice.engine
      try await engine.uninstall()
      print("Removed \(engine.environment.library) from \(engine.layout.home).")
    }
  }
}
