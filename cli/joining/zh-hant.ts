// The page of a new handler in traditional Chinese.
import type { JoiningWords } from './words.js'

export const traditionalChinese: JoiningWords = {
  language: 'zh-Hant',
  title: '開始使用 khancap',
  address: '地址',
  fingerprint: '指紋',
  name: '您的名字',
  trust:
    '這一頁打不開任何東西，但會表明您與我們合作：請勿隨處放置。一切都以它為準：請從您認識的人手中親自接過它，切勿從郵件或網站上抄取指紋。您需要一台只有您使用的電腦，裝有我們交給您的 khancap，還需要一部電話和一台用線連接的印表機。',
  pin: {
    head: '告訴 khancap 我們是誰。',
    mind: '它會要求您逐行輸入指紋。如果它說「the directory is not signed by the root of this fingerprint」，而您輸入的每一位都與此處一致：請停下來，打電話給我們。',
  },
  keys: {
    head: '產生您的金鑰。',
    mind: '請想出六個互不相關的詞：這就是您的通行片語，沒有人能替您找回。列印 {sheet}，把紙鎖好，刪除檔案：誰拿到它，誰就能打開您負責的個案。',
  },
  give: {
    head: '把公開金鑰交給我們。',
    mind: '按約定的方式把 {file} 傳給我們：它打不開任何東西，但會表明您與我們合作。然後撥打您已知道的號碼，把 khancap 顯示的字元四個一組唸給我們聽，我們會與我們看到的比對。',
  },
  heard: '已在電話中唸給：',
  wait: {
    head: '等我們告訴您已經加入。然後檢查一切是否正常。',
    mind: '每一行都應以 ok 開頭。如果不是，該行下面寫著如何修正。',
  },
  work: {
    head: '答覆您的第一個個案。',
    mind: 'CASE 代表個案開頭的幾個字元，如清單所示：四個就夠。沒有個案時顯示 no cases：請等候，或詢問我們。每個指令都有說明：khancap reply --help。',
  },
  commands: {
    unlock: '輸入一次通行片語',
    inbox: '最緊急的排在最上面',
    claim: '接手個案',
    open: '閱讀個案',
    reply: '在編輯器中寫好，儲存並關閉：密封後送出',
    lock: '離開時鎖上',
  },
  onion: 'Tor 必須正在執行。行末的 \\ 表示指令在下一行繼續。',
  goesOn: '行末的 \\ 表示指令在下一行繼續。',
  lost: '電腦或寫有通行片語的紙遺失、曾落入他人之手或被人看到？請立即打電話給我們，夜裡也可以：',
}
