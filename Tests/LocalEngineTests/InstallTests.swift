import Foundation
import Processes
import Testing

@testable import LocalEngine

/// Everything an installation reports, or the error it ends with.
private func install(_ engine: LocalEngine) async throws -> [InstallProgress] {
  var all: [InstallProgress] = []
  for try await progress in engine.install() { all.append(progress) }
  return all
}

@Suite struct InstallTests {
  @Test func anInstallationGoesFromNothingToReady() async throws {
    let scratch = try Scratch()
    let engine = try scratch.engine()
    #expect(engine.status == .missing)
    #expect(throws: EngineError.self) { try engine.requireReady() }
    let progress = try await install(engine)
    #expect(progress.last?.installation == engine.status.installation)
    #expect(engine.status.installation?.library == "0.32.2")
    #expect(progress.map(\.fraction) == progress.map(\.fraction).sorted())
    #expect(progress.map(\.text).contains("Fetching mlx"))
    #expect(scratch.text("home/install.log")?.contains("Successfully installed") == true)
    // A second one has nothing to do.
    #expect(try await install(engine).map(\.text) == ["mlx-lm 0.32.2 is ready"])
    #expect(scratch.text("calls") == "venv\npip\n")
  }

  @Test func anInterruptedInstallationGoesOnWhereItStopped() async throws {
    let scratch = try Scratch()
    let engine = try scratch.engine(pip: "[ -e $here/calm ] || { touch $here/calm; echo half; sleep 100; }")
    let task = Task { try await install(engine) }
    while scratch.text("calm") == nil { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    _ = try? await task.value
    #expect(engine.status == .interrupted)
    // The lock is free again once pip has ended.
    _ = try await install(engine)
    #expect(engine.status.installation != nil)
    #expect(scratch.text("calls") == "venv\npip\npip\n")
  }

  @Test func aPackageListOfAnotherVersionMeansOutdated() async throws {
    let engine = try Scratch().engine()
    _ = try await install(engine)
    var installation = try #require(engine.status.installation)
    installation.packages = "old"
    try JSONEncoder().encode(installation).write(to: URL(fileURLWithPath: engine.layout.marker))
    #expect(engine.status == .outdated(installation))
    _ = try await install(engine)
    #expect(engine.status.installation != nil)
  }

  @Test func uninstallingRemovesEverything() async throws {
    let engine = try Scratch().engine()
    _ = try await install(engine)
    try await engine.uninstall()
    #expect(engine.status == .missing)
    #expect(!FileManager.default.fileExists(atPath: engine.layout.home))
  }

  @Test func eachEnvironmentComesAndGoesByItself() async throws {
    let mlx = try Scratch().engine()
    var trl = LocalEngine(layout: mlx.layout.with(.trl))
    trl.finder = mlx.finder
    #expect(throws: EngineError.self) { try trl.trainingProgram(folder: "/job") }
    _ = try await install(trl)
    #expect(mlx.status == .missing)
    _ = try await install(mlx)
    #expect(try trl.trainingProgram(folder: "/job").arguments.contains("train-trl"))
    #expect(try mlx.trainingProgram(folder: "/job").arguments.contains("train-mlx"))
    try await trl.uninstall()
    #expect(trl.status == .missing)
    #expect(mlx.status.installation != nil)
    try await mlx.uninstall()
    #expect(!FileManager.default.fileExists(atPath: mlx.layout.home))
  }

  @Test(arguments: [
    ("echo 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device'", "disk is full"),
    ("echo 'Failed to establish a new connection: [Errno -3] Temporary failure in name resolution'", "network"),
    ("echo 'ERROR: No matching distribution found for mlx==0.32.4'", "no build of mlx==0.32.4"),
    ("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'", "its SHA-256 is another"),
    ("echo 'ERROR: something odd'", "pip failed; its last words: ERROR: something odd"),
  ])
  func aFailingPipIsExplained(pip: String, words: String) async throws {
    let engine = try Scratch().engine(pip: pip + "; exit 1")
    let error = await #expect(throws: EngineError.self) { try await install(engine) }
    #expect(error?.description.contains(words) == true)
    #expect(engine.status == .interrupted)
  }

  @Test func theDoctorsReportComesWithAdvice() async throws {
    let engine = try Scratch().engine()
    _ = try await install(engine)
    let report = try await engine.doctor()
    #expect(report.gflops == 3.5)
    #expect(report.advice?.contains("libopenblas0-pthread") == true)
  }

  @Test func theFilesMatchEachOther() {
    for environment in EngineEnvironment.allCases {
      for accelerator in Accelerator.allCases where (try? environment.resolve(accelerator)) == accelerator {
        #expect(!environment.lists(for: accelerator).isEmpty)
        #expect(EngineFiles.packageCount(of: environment, for: accelerator) > 30)
      }
    }
    for file in EngineFiles.all where file.name.hasPrefix("requirements") {
      let text = String(decoding: file.bytes, as: UTF8.self).replacing("\\\n", with: " ")
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        #expect(line.contains("==") && line.contains("--hash=sha256:"), "\(line) is not pinned")
      }
    }
  }

  @Test func everyFileOfTheFolderIsEmbeddedAndPlaced() throws {
    let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/LocalEngine/Resources").path
    let found = try FileManager.default.subpathsOfDirectory(atPath: resources).filter { path in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: resources + "/" + path, isDirectory: &isFolder)
      return !isFolder.boolValue && !path.contains("__pycache__")
    }
    #expect(found.sorted() == EngineFiles.all.map(\.name).sorted())
    let layout = try Scratch().engine().layout
    let folder = try EngineFiles.place(in: layout)
    for file in EngineFiles.all {
      let placed = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file.name))
      let source = try Data(contentsOf: URL(fileURLWithPath: resources + "/" + file.name))
      #expect(placed == Data(file.bytes) && placed == source, "\(file.name) is another file's")
      let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + file.name)[.posixPermissions]
      #expect((mode as? NSNumber)?.intValue == 0o600, "\(file.name)")
    }
  }

  @Test func everyPythonIsIsolated() throws {
    let engine = try Scratch().engine()
    for program in [engine.pythonProgram(["x.py"]), LocalEngine.pythonProgram(of: "/p", ["x.py"])] {
      #expect(program.arguments == ["-I", "-X", "utf8", "-u", "x.py"])
      #expect(program.workingDirectory == "/")
    }
    let program = try engine.program("serve", ["--model", "/m"])
    #expect(program.arguments.dropFirst(5) == ["serve", "--model", "/m"])
    #expect(program.arguments.prefix(4) == ["-I", "-X", "utf8", "-u"])
    #expect(program.arguments[4] == engine.layout.scripts + "/assay_engine/__main__.py")
    let pip = PipInstall.arguments(list: "/list")
    for option in ["--require-hashes", "--no-deps", "--only-binary"] { #expect(pip.contains(option)) }
  }

  @Test func theUsualBuildOfPyTorchIsTakenWhereTheSmallOneIsMissing() async throws {
    let scratch = try Scratch()
    let mlx = try scratch.engine(
      pip: """
        case "$*" in
          *-trl-cpu-linux*) echo 'ERROR: No matching distribution found for torch==2.13.0+cpu'; exit 1 ;;
        esac
        """)
    var trl = LocalEngine(layout: mlx.layout.with(.trl))
    trl.finder = mlx.finder
    for try await _ in trl.install(.cpu) {}
    let lists = scratch.text("calls")?.split(separator: "\n").count { $0 == "pip" } ?? 0
    #expect(lists == EngineEnvironment.trl.lists(for: .cpu).count)
    #expect(trl.status.installation != nil)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["ASSAY_TEST_INSTALL"] != nil, "ASSAY_TEST_INSTALL is not set"))
  func theRealEngineInstalls() async throws {
    let engine = LocalEngine()
    let begin = ContinuousClock.now
    for try await progress in engine.install() { print(Int(progress.fraction * 100), "%", progress.text) }
    print("installed in", ContinuousClock.now - begin)
    print(try await engine.doctor())
  }
}

@Suite struct PythonFinderTests {
  private func find(_ programs: [String]) async throws -> PythonFinder.Python {
    let scratch = try Scratch()
    var finder = PythonFinder(environment: [:])
    finder.candidates = try programs.enumerated().map { try scratch.program("python\($0)", $1) }
    return try await finder.find()
  }

  @Test func theFirstThatWillDoIsTaken() async throws {
    let python = try await find(["exit 127", "echo 3.9.2 True", "echo 3.12.0 True; exit 1", "echo 3.11.9 True"])
    #expect(python.version == "3.11.9")
  }

  @Test func anOldPythonIsNamed() async throws {
    let error = await #expect(throws: EngineError.self) { try await find(["echo 3.10.12 True"]) }
    #expect(error?.description.contains("needs Python 3.11 or newer, and here is only 3.10.12") == true)
  }

  @Test func aPythonWithoutVenvIsNamed() async throws {
    let error = await #expect(throws: EngineError.self) { try await find(["echo 3.11.2 True; exit 1"]) }
    #expect(error?.description.contains("apt install python3.11-venv") == true)
  }

  @Test func noPythonAtAllSaysWhatToInstall() async throws {
    let error = await #expect(throws: EngineError.self) { try await find([]) }
    #expect(error?.description.contains("brew install python") == true)
  }
}

@Suite struct LayoutTests {
  @Test func theFolderFollowsTheEnvironment() {
    #expect(EngineLayout.standard(environment: ["ASSAY_ENGINE_HOME": "/e", "HOME": "/h"]).home == "/e")
    #if os(Linux)
      #expect(EngineLayout.standard(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"]).home == "/x/assay/engine")
      #expect(EngineLayout.standard(environment: ["HOME": "/h"]).home == "/h/.local/share/assay/engine")
      #expect(
        EngineLayout.standard(environment: ["XDG_DATA_HOME": "relative", "HOME": "/h"]).home
          == "/h/.local/share/assay/engine")
    #endif
  }
}
