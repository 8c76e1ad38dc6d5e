// Templates of answers: shipped texts, and those that an organisation puts into the config folder. What is still to be
// filled in stands in [[double brackets]]; an answer that has some of them left is not sent.

/** What a shipped template is for; those of answers by mail speak of no page and no words. */
export const templateNames = [
  'first-answer',
  'first-answer-mail',
  'questions',
  'questions-mail',
  'referral',
  'referral-mail',
  'out-of-scope',
] as const
export type TemplateName = (typeof templateNames)[number]

export interface Templates {
  readonly language: string
  readonly texts: Readonly<Record<TemplateName, string>>
}

/** The first place that is still to be filled in; null where there is none. */
export function gapIn(text: string): string | null {
  return /\[\[[^\]\n]{0,80}\]\]/.exec(text)?.[0] ?? null
}
