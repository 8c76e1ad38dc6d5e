// The words that the sorting of subjects knows beside the tags of the directory: data, without rules. Tags are the
// organisation's; these are the habits of mail programs and of languages. Compared folded (fold.ts), so a word is
// written once, in any letter case, with or without its marks.

export interface SubjectWords {
  /** Before a colon, of replies and forwards; only "Re" is standard (RFC 5322 §3.6.5). */
  readonly prefixes: readonly string[]
  /** First words in brackets or braces, or between asterisks, that a gateway puts in front. */
  readonly gatewayTags: readonly string[]
  /** Whole subjects that say nothing. */
  readonly placeholders: readonly string[]
  /** Asks for a copy of the form. */
  readonly form: readonly string[]
  /** Asks for a form or for support: beside a token these make it a tag. */
  readonly request: readonly string[]
  /** Somebody cries for help, or was taken: a person looks. */
  readonly pleas: readonly string[]
  /** Beside a token of capitals: something else is meant, such as the Italian gross domestic product. */
  readonly notTheToken: readonly string[]
  /** Events and products that carry a proposed phrase. */
  readonly events: readonly string[]
  /** Phrases that phishing loves, the words that follow them there, and those that stand beside. */
  readonly phishing: {
    readonly phrases: readonly string[]
    readonly followed: readonly string[]
    readonly beside: readonly string[]
  }
  /** Words that tell a language. */
  readonly languages: Readonly<Record<string, readonly string[]>>
}

export const subjectWords: SubjectWords = {
  prefixes: list(`
    Re, Fw, Fwd, TR, RV, AW, WG, Antw, SV, VS, VB, Ynt, İlt, RIF, I, ENC, Ats, На, Пересл, Відп, HA, RES,
    Doorst, Odp, PD, Vá, Továbbítás, 答复, 回复, 回覆, 回復, 转发, 轉發, 轉寄, Trả lời, Chuyển tiếp, 返信, 転送`),
  gatewayTags: list(
    `EXT, External, Extern, Externe, SPAM, Suspected spam, Caution, Bulk, 外部, 垃圾邮件, 垃圾郵件, Thư rác, Bên ngoài`,
  ),
  placeholders: list(`
    no subject, none, untitled, subject, encrypted message, encrypted mail, encrypted, secure message,
    protected message, new message, không có chủ đề, không có tiêu đề, không tiêu đề, tin nhắn được mã hóa,
    thư mã hóa, 无主题, 無主旨, 无标题, 没有主题, 沒有主旨, 加密邮件, 已加密的邮件, 加密信息, sans objet, aucun objet, sans sujet,
    message chiffré, courriel chiffré, kein betreff, sin asunto, nessun oggetto, без темы, без теми, konu yok`),
  form: list(`
    mẫu đơn, biểu mẫu, mẫu yêu cầu, đơn yêu cầu, form, forms, application form, formulaire, formulaires, 表格,
    表单, 申请表`),
  request: list(`
    form, request, support, application, apply, help, biểu mẫu, mẫu đơn, hỗ trợ, yêu cầu, xin, formulaire,
    demande, soutien, aide, 表格, 表单, 申请, 请求, 支持, 支援, 援助, 求助`),
  pleas: list(`
    SOS, 🆘, help me, help us, please help, need help, need your help, save me, save us, rescue me, in danger,
    arrested, detained, kidnapped, abducted, disappeared, tortured, in custody, in prison, jailed,
    taken by police, death threats, death threat, kêu cứu, cầu cứu, cứu tôi, cứu với, cứu em, xin giúp,
    giúp tôi, giúp với, giúp đỡ, cần giúp, bị bắt, bị tạm giữ, bị tạm giam, bị giam, bị truy nã, bị công an,
    bắt cóc, bị đánh đập, bị tra tấn, mất tích, cần hỗ trợ gấp, khẩn thiết, 救命, 求助, 求救, 救我, 救救, 帮帮我, 请帮, 被抓,
    被捕, 被拘, 被带走, 被关押, 被绑架, 被失踪, 失联, 抓捕, 酷刑, 刑讯, au secours, à l’aide, aidez-moi, aidez-nous, aidez moi,
    arrêté, arrêtée, arrêtés, détenu, détenue, interpellé, interpellée, garde à vue, enlevé, enlevée, torturé,
    disparu, en danger, besoin d’aide, imdat, yardım edin, gözaltında, tutuklandı, допоможіть,
    помогите, заарештовано, затримано, арестован, задержан`),
  notTheToken: list(`
    italiano, italiana, economia, economica, economico, crescita, cresce, trimestre, istat, debito, deficit,
    inflazione, gdp, procapite, pro capite, bilancio, miliardi, import, pip, python, pillow, importerror,
    modulenotfounderror, attributeerror, module, imagedraw, imagefont, numpy, opencv, traceback`),
  events: list(`
    webinar, webinars, newsletter, conference, conferences, service, services, seminar, call for papers,
    workshop, subscribe, unsubscribe, promotion, discount, plumber, plumbing, séminaire, colloque, conférence,
    infolettre, appel à communications, webinaire, journée d’étude, hội thảo, bản tin, tọa đàm, dịch vụ,
    khuyến mãi, 讲座, 研讨会, 会议, 征稿, 简报, 服务, 论坛, 培训`),
  phishing: {
    phrases: list(`urgent action, emergency action, action urgente, action d’urgence`),
    followed: list(
      `required, needed, requise, requis, nécessaire, is required, is needed, items, item`,
    ),
    beside: list(`
      account, accounts, invoice, payment, password, mailbox, verify, verification, bank, paypal, login,
      storage, quota, delivery, parcel, tax, refund, compte, facture, paiement, mot de passe, vérifier,
      banque, colis, impôts, tài khoản, mật khẩu, hóa đơn, ngân hàng, 账户, 账号, 密码, 发票, 付款`),
  },
  languages: {
    vi: list(`
      xin, toi, chung toi, ho tro, khan cap, giup, vu an, bi bat, cam on, don, yeu cau, kien, loi ich,
      cong cong, tranh tung, cuu, nguoi, khong, duoc, cua, va, mau don, bieu mau, gia dinh, luat su, cong an,
      viet nam`),
    en: list(`
      the, and, for, of, to, in, is, my, we, our, with, from, please, help, you, request, support, emergency,
      urgent, assistance, aid, case, form, project, proposal, error, missing, workshop, notice, public,
      interest, litigation, lawsuit, arrested, application, meeting, need, needed, required, action, lawyer,
      police, report`),
    fr: list(`
      le, la, les, des, du, de, et, un, une, pour, au, aux, en, est, sur, dans, avec, nous, vous, aide,
      demande, urgente, urgence, soutien, contentieux, litige, formulaire, objet, secours, appui, interet,
      avocat, requise, arrete`),
    it: list(`
      il, lo, della, dello, del, di, che, per, con, sono, nel, italiano, cresce, italia, economia, richiesta,
      aiuto, una, e`),
    es: list(`el, los, las, del, para, con, una, ayuda, solicitud, urgente, por, y, que`),
    tr: list(`ve, icin, bir, degisimi, destek, acil, yardim, hakkinda, talebi, ile`),
    nl: list(`het, een, van, voor, met, niet, en, hulp, nood`),
    de: list(`der, die, das, und, fur, mit, nicht, ist, hilfe, dringend, anfrage, zur`),
    id: list(`dan, yang, untuk, dengan, tidak, bantuan, darurat, permohonan, kami, saya`),
  },
}

/** Words and phrases, apart by commas. */
function list(text: string): string[] {
  return text.trim().split(/,\s+/)
}
