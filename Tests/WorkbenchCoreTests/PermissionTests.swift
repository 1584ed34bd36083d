import Testing

@testable import Domain

/// What a workspace asks a person to allow.
@Suite struct PermissionTests {
  @Test(
    arguments: [
      ("hub:org/name", "org/name", nil), ("hub:org/name@main", "org/name", "main"),
      ("hub:mlx-community/Qwen3-0.6B-4bit@refs/pr/1", "mlx-community/Qwen3-0.6B-4bit", "refs/pr/1"),
    ] as [(String, String, String?)]) func hubIDs(text: String, name: String, revision: String?) throws
  {
    let id = try #require(HubID(text))
    #expect(id.name == name && id.revision == revision)
  }

  @Test(arguments: [
    "org/name", "hub:name", "hub:org/name/more", "hub:../name", "hub:org/..", "hub:org/na me", "hub:/name", "hub:org/",
    "hub:org/name@", "hub:org/name@../x", "hub:-org/name", "hub:org/näme", "models/my-model",
  ]) func noHubIDs(text: String) { #expect(HubID(text) == nil) }

  @Test(arguments: [
    ("https://API.example.com/v1?x=1", "https://api.example.com"), ("http://h:8080/v1", "http://h:8080"),
    ("http://h#/x", "http://h"), ("nonsense", "nonsense"),
  ]) func origins(address: String, origin: String) { #expect(Endpoint.origin(of: address) == origin) }

  @Test(arguments: [
    "http://localhost:1/v1", "http://127.0.0.1/v1", "http://127.9.8.7:99", "http://[::1]:8080/v1",
    "https://example.com",
  ]) func whatStaysHereOrIsEncrypted(address: String) { #expect(!Endpoint.sendsInTheClear(address)) }

  @Test(arguments: [
    "http://example.com", "http://10.0.0.2:8000/v1", "http://localhost.evil.com", "http://127.0.0.1.evil.com",
    "http://2130706433/", "http://0.0.0.0", "http://[::2]/", "HTTP://example.com", "http://127.1",
  ]) func whatCanBeReadOnTheWay(address: String) { #expect(Endpoint.sendsInTheClear(address)) }

  @Test func everythingThatRunsOrLeavesIsAskedFor() {
    var workspace = Workspace(folder: "/w", name: "w")
    workspace.models = [
      ModelSpec(
        name: "a",
        api: .endpoint(
          Endpoint(
            .chat, baseURLs: ["http://h1/v1", "http://h2/v1"], model: "m", keyEnvironment: "K", certificates: "/etc/ca")
        )),
      ModelSpec(name: "b", api: .command(["sh", "-c", "x y"]), environment: ["TOKEN"]),
      ModelSpec(name: "c", api: .mlx(path: "/models/m")), ModelSpec(name: "d", api: .replay(file: "recorded.jsonl")),
      ModelSpec(name: "e", api: .replay(file: "~/secret")), ModelSpec(name: "f", api: .mlx(path: "/models/m")),
    ]
    workspace.certificates = ["/etc/ca": ["Root, SHA-256 1"]]
    workspace.variants = [
      Variant(name: "v", model: "c", prompt: "p", adapter: "/adapters/a"),
      Variant(name: "w", model: "a", prompt: "p", adapter: "ft:x"),
    ]
    workspace.training.command = TrainerCommand(run: ["train"], environment: ["LD_PRELOAD": "x.so"])
    workspace.training.environment = ["HF_TOKEN"]
    workspace.training.data = "/data/rows.jsonl"
    workspace.training.slurm = SlurmSettings()
    workspace.training.slurm?.setup = ["module load cuda"]
    #expect(
      workspace.permissions == [
        .address(origin: "http://h1", key: "K", allowsHTTP: false),
        .address(origin: "http://h2", key: "K", allowsHTTP: false), .outside(path: "/etc/ca"),
        .certificates(file: "/etc/ca", holding: ["Root, SHA-256 1"]),
        .program(words: ["sh", "-c", "x y"], environment: ["TOKEN"]), .engine(path: "/models/m"),
        .outside(path: "/models/m"), .outside(path: "~/secret"), .outside(path: "/adapters/a"),
        .trainer(words: ["train"], settings: ["LD_PRELOAD=x.so"]), .variables(["HF_TOKEN"]),
        .slurm(lines: ["sbatch", "module load cuda"]), .outside(path: "/data/rows.jsonl"),
      ])
  }

  @Test func otherCertificatesInTheSameFileAreAnotherPermission() {
    let one = Permission.certificates(file: "ca.pem", holding: ["Root, SHA-256 1"])
    #expect(one != .certificates(file: "ca.pem", holding: ["Root, SHA-256 2"]))
    #expect(one.description == "take servers for genuine by the certificates in ca.pem: Root, SHA-256 1")
    let many = Permission.certificates(file: "ca.pem", holding: (1...25).map { "\($0)" }).description
    #expect(many.hasSuffix("19; 20; and 5 more"))
  }

  @Test func wordsShowWhereTheyEnd() {
    let text = Permission.program(words: ["sh", "-c", "rm -rf \"x\"", ""], environment: ["A", "B"]).description
    #expect(text == #"run sh -c "rm -rf \"x\"" "" with the variables A, B to answer for a model"#)
  }
}
