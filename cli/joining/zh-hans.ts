// The page of a new handler in simplified Chinese.
import type { JoiningWords } from './words.js'

export const simplifiedChinese: JoiningWords = {
  language: 'zh-Hans',
  title: '开始使用 khancap',
  address: '地址',
  fingerprint: '指纹',
  name: '您的名字',
  trust:
    '这一页打不开任何东西，但会表明您与我们合作：请勿随处放置。一切都以它为准：请从您认识的人手中亲自接过它，切勿从邮件或网站上抄取指纹。您需要一台只有您使用的电脑，装有我们交给您的 khancap，还需要一部电话和一台用线连接的打印机。',
  pin: {
    head: '告诉 khancap 我们是谁。',
    mind: '它会要求您逐行输入指纹。如果它说“the directory is not signed by the root of this fingerprint”，而您输入的每一位都与此处一致：请停下来，给我们打电话。',
  },
  keys: {
    head: '生成您的密钥。',
    mind: '请想出六个互不相关的词：这就是您的口令，没有人能替您找回。打印 {sheet}，把纸锁好，删除文件：谁拿到它，谁就能打开您负责的个案。',
  },
  give: {
    head: '把公钥部分交给我们。',
    mind: '按约定的方式把 {file} 发给我们：它打不开任何东西，但会表明您与我们合作。然后拨打您已知道的号码，把 khancap 显示的字符四个一组念给我们听，我们会与我们看到的比对。',
  },
  heard: '已在电话中念给：',
  wait: {
    head: '等我们告诉您已经加入。然后检查一切是否正常。',
    mind: '每一行都应以 ok 开头。如果不是，该行下面写着如何修正。',
  },
  work: {
    head: '答复您的第一个个案。',
    mind: 'CASE 代表个案开头的几个字符，如列表所示：四个就够。没有个案时显示 no cases：请等待，或询问我们。每个命令都有说明：khancap reply --help。',
  },
  commands: {
    unlock: '输入一次口令',
    inbox: '最紧急的排在最上面',
    claim: '接手个案',
    open: '阅读个案',
    reply: '在编辑器中写好，保存并关闭：密封后发送',
    lock: '离开时锁上',
  },
  onion: 'Tor 必须正在运行。行末的 \\ 表示命令在下一行继续。',
  goesOn: '行末的 \\ 表示命令在下一行继续。',
  lost: '电脑或写有口令的纸丢失、曾落入他人之手或被人看到？请立即给我们打电话，夜里也可以：',
}
