// An acknowledgement in traditional Chinese. A draft: before real use a native speaker with experience in protection work
// must review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementZhHant: AcknowledgementTexts = {
  language: 'zh-Hant',
  subject: '您的來信已收到',
  arrived: '您的來信已收到。會有人閱讀，並最遲於{by}答覆您。',
  instant: '{year}年{month}{day}日{hour}:00（世界協調時間 UTC；台北、香港時間再加8小時）',
  firstDay: '1',
  months: ['1月', '2月', '3月', '4月', '5月', '6月', '7月', '8月', '9月', '10月', '11月', '12月'],
  machine: '此信由機器自動寄出，不會重複您寫的任何內容。',
  unsafe: '電子郵件在途中可能被他人閱讀。請不要用電子郵件傳送姓名、地點和文件。',
  safer: '在這裡寫更安全：',
  onion: '或用Tor瀏覽器開啟這裡：',
  formAttached:
    '附件是表格，不連網也能使用：請儲存檔案，用瀏覽器開啟並填寫。您寫的內容在離開您的裝置之前就已密封。填好後，表格會說明如何傳送。',
  formOnPage: '表格就在那個頁面上。',
  danger: '如果這些郵件可能為您帶來危險，請刪除此信和您寄出的郵件，並清空垃圾桶。您不必回覆此信。',
}
