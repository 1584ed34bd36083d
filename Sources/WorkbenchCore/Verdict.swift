/// Which way to go.
public struct VerdictReport: Sendable {}
