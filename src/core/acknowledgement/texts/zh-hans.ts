// An acknowledgement in simplified Chinese. A draft: before real use a native speaker with experience in protection work
// must review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementZhHans: AcknowledgementTexts = {
  language: 'zh-Hans',
  subject: '您的来信已收到',
  arrived: '您的来信已收到。会有人阅读，并最迟于{by}答复您。',
  instant: '{year}年{month}{day}日{hour}:00（协调世界时 UTC；北京时间再加8小时）',
  firstDay: '1',
  months: ['1月', '2月', '3月', '4月', '5月', '6月', '7月', '8月', '9月', '10月', '11月', '12月'],
  machine: '此信由机器自动发出，不会重复您写的任何内容。',
  unsafe: '邮件在途中可能被他人阅读。请不要用邮件发送姓名、地点和文件。',
  safer: '在这里写更安全：',
  onion: '或用Tor浏览器打开这里：',
  formAttached:
    '附件是表格，不联网也能使用：请保存文件，用浏览器打开并填写。您写的内容在离开您的设备之前就已密封。填好后，表格会说明如何发送。',
  formOnPage: '表格就在那个页面上。',
  danger: '如果这些邮件可能给您带来危险，请删除此信和您发出的邮件，并清空垃圾箱。您不必回复此信。',
}
