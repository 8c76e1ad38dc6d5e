// What /contact.txt says where the directory names no address, to somebody who cannot seal: in each language, since a plain
// text does not know whose it is. A draft: before real use native speakers with experience in protection work must review it.

export const noContactIn: Readonly<Record<string, string>> = {
  vi: 'Ở đây không công bố cách liên lạc nào khác. Hãy quay lại, tải biểu mẫu về rồi mở bằng trình duyệt khác; hoặc dùng một thiết bị khác mà bạn tin cậy, hay Tor Browser ở mức “Safer” (An toàn hơn).',
  en: 'No other way is published here. Go back, download the form and open it in another browser; or use another device that you trust, or Tor Browser at the level “Safer”.',
  'zh-Hans':
    '这里没有公布其他联系方式。请返回，下载表格并用其他浏览器打开；或使用另一台您信任的设备，或把Tor浏览器的安全级别改为“更安全”。',
  'zh-Hant':
    '這裡沒有公布其他聯絡方式。請返回，下載表格並用其他瀏覽器開啟；或使用另一台您信任的裝置，或把Tor瀏覽器的安全等級改為「更安全」。',
  fr: 'Aucun autre moyen n’est publié ici. Revenez en arrière, téléchargez le formulaire et ouvrez-le dans un autre navigateur\u00a0; ou utilisez un autre appareil de confiance, ou le navigateur Tor au niveau «\u00a0Plus sûr\u00a0».',
}

export const noContact = Object.values(noContactIn).join('\n\n')
