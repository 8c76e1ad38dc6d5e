// Tells a watch outside that the workers are alive. The watch alarms when it hears nothing: it needs nobody here.
export interface AliveSignal {
  /** Says once that everything runs, and nothing else. @throws KhancapError `server_unreachable` */
  ping(): Promise<void>
}
