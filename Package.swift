// swift-tools-version: 6.2
import PackageDescription

/// The panes; each is a target of its own, so that none can know another.
let panes = ["PanePrompt", "PaneCases", "PaneCompare", "PaneRuns", "PaneTraining", "PaneVerdict"]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let nio =
  ["NIOCore", "NIOHTTP1", "NIOPosix"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
  + [Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")]

let package = Package(
  name: "assay",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "assay", targets: ["assay"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Leaves: they know none of our modules, but DataChecks knows two others.
    .target(name: "Drawing", resources: [.embedInCode("Themes")]),
    .target(name: "Content", dependencies: [crypto]),
    .systemLibrary(
      name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]),
    .target(name: "Grading", dependencies: ["Content", "CPCRE2"]),
    .target(name: "NumberFormat"),
    .target(name: "Evidence", dependencies: ["NumberFormat"]),
    .target(name: "Formats", dependencies: ["Content", yams]),
    .target(name: "Examples", dependencies: ["Content"], resources: [.embedInCode("Archives")]),
    .target(name: "DataChecks", dependencies: ["Content", "Grading", "Evidence"]),
    .target(name: "Reports", dependencies: ["Content", "NumberFormat"]),
    .target(name: "Routing", dependencies: ["Content", "Evidence"]),
    .target(name: "GeneralTasks", dependencies: ["Content", "Evidence"]),
    .target(name: "TrainerLogs"),
    .target(name: "FileWatching"),
    .target(name: "Files"),
    .target(name: "Processes", dependencies: [subprocess]),
    .target(
      name: "CNcurses",
      linkerSettings: [
        .linkedLibrary("ncursesw", .when(platforms: [.linux])),
        .linkedLibrary("tinfo", .when(platforms: [.linux])),
        .linkedLibrary("ncurses", .when(platforms: [.macOS])),
      ]),

    // What everything is about, and the ports that the outer parts fill.
    .target(
      name: "Domain", dependencies: ["Content", "Grading", "Evidence", "NumberFormat", "Routing", "TrainerLogs"]),

    // The core.
    .target(
      name: "WorkbenchCore",
      dependencies: [
        "Domain", "Content", "Grading", "Evidence", "NumberFormat", "DataChecks", "Formats", "GeneralTasks", "Reports",
        "Routing",
      ]),

    // The outer parts.
    .target(
      name: "Storage",
      dependencies: ["Domain", "Content", "Files", "Grading", "Evidence", "Routing", "FileWatching", grdb]),
    .target(
      name: "WorkspaceFiles",
      dependencies: ["Domain", "Content", "Evidence", "Files", "Formats", "Grading", "Routing", "FileWatching", yams]),
    .target(name: "Trust", dependencies: ["Domain", "Content", "Files", crypto]),
    .target(
      name: "ModelAPI",
      dependencies: ["Domain", "Content", "Files", "Grading", "Processes", asyncHTTPClient] + nio),
    .target(
      name: "LocalEngine", dependencies: ["Domain", "Content", "Files", "Processes"],
      resources: [.embedInCode("Resources")]),
    .target(
      name: "Trainers",
      dependencies: [
        "Domain", "Content", "Files", "Processes", "LocalEngine", "FileWatching", "Evidence", "TrainerLogs",
        "NumberFormat",
      ]),

    // The screen.
    .target(name: "PaneKit", dependencies: ["Drawing", "WorkbenchCore", "Domain", "Evidence"]),
    .target(name: "Panes", dependencies: ["PaneKit"] + panes.map { .byName(name: $0) }),
    .target(name: "WorkbenchUI", dependencies: ["Drawing", "WorkbenchCore", "Domain", "PaneKit", "NumberFormat"]),
    .target(name: "Terminal", dependencies: ["CNcurses", "Drawing"]),

    .executableTarget(
      name: "assay",
      dependencies: [
        "Drawing", "Content", "Examples", "Files", "Formats", "NumberFormat", "Processes", "Grading", "Evidence",
        "DataChecks", "GeneralTasks", "Reports", "Routing", "WorkbenchCore", "Domain", "Storage",
        "WorkspaceFiles", "Trust", "ModelAPI", "LocalEngine", "Trainers", "Panes", "WorkbenchUI", "Terminal",
        argumentParser,
      ]),

    // Tests.
    .target(name: "SurfaceSnapshots", dependencies: ["Drawing"], path: "Tests/Support/SurfaceSnapshots"),
    .target(
      name: "SampleWorkspace", dependencies: ["WorkbenchCore", "Domain", "Content", "Grading", "Evidence"],
      path: "Tests/Support/SampleWorkspace"),
    .target(
      name: "PaneDriver", dependencies: ["Drawing", "WorkbenchCore", "Domain"], path: "Tests/Support/PaneDriver"),
    .target(name: "LoopbackServer", dependencies: ["Content", "Grading"] + nio, path: "Tests/Support/LoopbackServer"),
    .target(name: "TestFolders", path: "Tests/Support/TestFolders"),
    .target(name: "SeededRandom", path: "Tests/Support/SeededRandom"),
    .target(
      name: "StatisticsSimulations", dependencies: ["Evidence", "Routing", "SeededRandom"],
      path: "Tests/Support/StatisticsSimulations"),
    .executableTarget(name: "simulate", dependencies: ["StatisticsSimulations"], path: "Tests/Support/Simulate"),
    .target(
      name: "PortContracts", dependencies: ["WorkbenchCore", "Domain", "Content", "Grading"],
      path: "Tests/Support/PortContracts"),
    .executableTarget(name: "mock-openai", dependencies: ["LoopbackServer"], path: "Tests/Support/MockOpenAI"),
    .testTarget(name: "DrawingTests", dependencies: ["Drawing", "SurfaceSnapshots"]),
    .testTarget(name: "PaneKitTests", dependencies: ["PaneKit", "Drawing"]),
    .testTarget(name: "ContentTests", dependencies: ["Content"]),
    .testTarget(name: "ExamplesTests", dependencies: ["Examples"]),
    .testTarget(name: "GradingTests", dependencies: ["Content", "Grading"], exclude: ["Fixtures"]),
    .testTarget(
      name: "EvidenceTests", dependencies: ["Evidence", "NumberFormat", "StatisticsSimulations"],
      exclude: ["Fixtures"]),
    .testTarget(name: "NumberFormatTests", dependencies: ["NumberFormat"]),
    .testTarget(name: "FormatsTests", dependencies: ["Formats", "Content"]),
    .testTarget(name: "DataChecksTests", dependencies: ["DataChecks", "Content", "Grading"]),
    .testTarget(
      name: "RoutingTests", dependencies: ["Routing", "Evidence", "Content", "StatisticsSimulations"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "Content"], exclude: ["Golden"]),
    .testTarget(name: "GeneralTasksTests", dependencies: ["GeneralTasks", "Content", "Grading"]),
    .testTarget(name: "FileWatchingTests", dependencies: ["FileWatching"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestFolders"]),
    .testTarget(name: "TrustTests", dependencies: ["Trust", "WorkbenchCore", "Domain", "Files", "TestFolders"]),
    .testTarget(name: "DomainTests", dependencies: ["Domain", "Content", "Evidence", "Grading", "SeededRandom"]),
    .testTarget(
      name: "WorkbenchCoreTests",
      dependencies: [
        "WorkbenchCore", "Domain", "Content", "Formats", "Grading", "DataChecks", "Evidence", "PortContracts",
        "Reports", "Routing",
        "SeededRandom",
      ]),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "Storage", "WorkbenchCore", "Domain", "Content", "Files", "Grading", "Evidence", "PortContracts", grdb,
      ]),
    .testTarget(
      name: "WorkspaceFilesTests",
      dependencies: [
        "WorkspaceFiles", "ModelAPI", "WorkbenchCore", "Domain", "Content", "Files", "Formats", "Grading",
        "PortContracts", "Routing",
        "SeededRandom",
      ]),
    .testTarget(name: "ProcessesTests", dependencies: ["Processes", "Files", "TestFolders"]),
    .testTarget(
      name: "LocalEngineTests",
      dependencies: ["LocalEngine", "Processes", "WorkbenchCore", "Domain", "Content", "Grading", "TestFolders"]),
    .testTarget(name: "TrainerLogsTests", dependencies: ["TrainerLogs", "SeededRandom"]),
    .testTarget(
      name: "TrainersTests",
      dependencies: [
        "Trainers", "TrainerLogs", "LocalEngine", "ModelAPI", "Processes", "Trust", "WorkbenchCore", "Domain",
        "Content",
        "Evidence", "Files",
        "LoopbackServer", "TestFolders", "SeededRandom",
      ]),
    .testTarget(
      name: "ModelAPITests",
      dependencies: [
        "ModelAPI", "WorkbenchCore", "Domain", "Content", "Grading", "LoopbackServer", "PortContracts", "TestFolders",
        "SeededRandom",
      ]
        + nio),
    .testTarget(
      name: "WorkbenchUITests", dependencies: ["WorkbenchUI", "PaneKit", "WorkbenchCore", "Domain", "Drawing"]),
    .testTarget(name: "EndToEndTests", dependencies: ["LoopbackServer", "Content", "Grading", "SeededRandom"]),
    .testTarget(
      name: "Samples",
      dependencies: [
        "ModelAPI", "WorkspaceFiles", "Storage", "WorkbenchCore", "Domain", "Content", "Drawing", "Grading", "PaneKit",
        "Panes", "Processes", "Trainers", "Trust", "WorkbenchUI", "LoopbackServer", "SampleWorkspace", "TestFolders",
      ]),
    .testTarget(name: "ArchitectureTests"),
    .testTarget(
      name: "KeyTablesTests",
      dependencies: [
        "Panes", "PaneKit", "WorkbenchUI", "WorkbenchCore", "Domain", "Content", "Drawing", "Grading", "ModelAPI",
        "Storage",
        "WorkspaceFiles",
        "TestFolders",
      ]),
    .testTarget(
      name: "WholeScreenTests",
      dependencies: ["Panes", "WorkbenchUI", "WorkbenchCore", "Domain", "Drawing", "SampleWorkspace"],
      exclude: ["Scripts"]),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal", "CNcurses", "Drawing"]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "Content", "Drawing", "Files", "Formats", "Grading", "LocalEngine", "ModelAPI", "Reports", "Routing",
        "Terminal",
        "TrainerLogs", "Trainers", "WorkbenchCore", "Domain", "WorkspaceFiles", asyncHTTPClient,
      ] + nio),
  ]
    + panes.flatMap { pane -> [Target] in
      [
        .target(
          name: pane,
          dependencies: [
            "Drawing", "PaneKit", "WorkbenchCore", "Domain", "Content", "Grading", "Evidence", "NumberFormat",
          ]),
        .testTarget(
          name: pane + "Tests",
          dependencies: [
            .byName(name: pane), "Drawing", "WorkbenchCore", "Domain", "Content", "Grading", "Evidence",
            "SurfaceSnapshots",
            "PaneDriver",
          ],
          exclude: ["Snapshots"]),
      ]
    },
  swiftLanguageModes: [.v6]
)
