// What a letter says beside the answer: a subject that is the same for everybody, and how to open what is sealed. The
// provider reads it: no program, no organisation, nothing of the case but its token.

export interface LetterWords {
  readonly subject: string
  /** Beside an age file. */
  readonly sealed: string
}

const catalogue: Readonly<Record<string, LetterWords>> = {
  en: {
    subject: 'Re: your message',
    sealed:
      'The answer is in the attached file, sealed to the age key that you sent. Open it with: age -d -i YOUR-KEY-FILE message.age',
  },
  vi: {
    subject: 'Trả lời: thư của bạn',
    sealed:
      'Câu trả lời nằm trong tệp đính kèm, được niêm phong cho khóa age mà bạn đã gửi. Hãy mở bằng lệnh: age -d -i TỆP-KHÓA-CỦA-BẠN message.age',
  },
  'zh-Hans': {
    subject: '回复：您的来信',
    sealed:
      '答复在附件中，已用您发来的 age 公钥加密。请用以下命令打开：age -d -i 您的密钥文件 message.age',
  },
  'zh-Hant': {
    subject: '回覆：您的來信',
    sealed:
      '答覆在附件中，已用您寄來的 age 公鑰加密。請用以下指令開啟：age -d -i 您的金鑰檔案 message.age',
  },
  fr: {
    subject: 'Re : votre message',
    sealed:
      'La réponse se trouve dans le fichier joint, scellé avec la clé age que vous avez envoyée. Pour l’ouvrir : age -d -i VOTRE-FICHIER-DE-CLÉ message.age',
  },
}

const english = catalogue['en'] ?? { subject: '', sealed: '' }

/** In the language of the answer; in English where there is no catalogue of it. */
export function letterWords(language: string): LetterWords {
  const [base = ''] = language.split('-')
  return catalogue[language] ?? catalogue[base === 'zh' ? 'zh-Hans' : base] ?? english
}

/** @param caseId its first letters thread the answer to the case ("Subjects of mails" in docs/protocol.md) */
export function letterSubject(language: string, caseId: string): string {
  const token = `${caseId.slice(0, 4)}-${caseId.slice(4, 8)}`.toUpperCase()
  return `${letterWords(language).subject} [case ${token}]`
}
