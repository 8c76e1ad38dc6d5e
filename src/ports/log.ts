// The log. Its fields are an allow-list: what is not named here cannot be written. None holds a word, address,
// country or language of an applicant; errors are written as their code.
export interface LogFields {
  readonly route?: string
  readonly method?: string
  readonly status?: number
  readonly ms?: number
  readonly request?: string
  readonly code?: string
  readonly cause?: string
  readonly job?: string
  readonly case?: string
  readonly count?: number
  readonly sequence?: number
  readonly port?: number
  readonly days?: number
  readonly setting?: string
  readonly signal?: string
}

export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}
