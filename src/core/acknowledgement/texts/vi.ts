// An acknowledgement in Vietnamese. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementVi: AcknowledgementTexts = {
  language: 'vi',
  subject: 'Thư của bạn đã đến nơi',
  arrived: 'Thư của bạn đã đến nơi. Sẽ có người đọc và trả lời bạn, chậm nhất là lúc {by}.',
  instant: '{hour} giờ ngày {day} {month} năm {year} theo giờ UTC (giờ Việt Nam: cộng thêm 7 giờ)',
  firstDay: '1',
  months: [
    'tháng 1',
    'tháng 2',
    'tháng 3',
    'tháng 4',
    'tháng 5',
    'tháng 6',
    'tháng 7',
    'tháng 8',
    'tháng 9',
    'tháng 10',
    'tháng 11',
    'tháng 12',
  ],
  machine: 'Thư này do máy tự động gửi và không nhắc lại điều gì bạn đã viết.',
  unsafe:
    'Email có thể bị người khác đọc trên đường đi. Xin đừng gửi tên người, địa điểm hay giấy tờ qua email.',
  safer: 'Viết ở đây an toàn hơn:',
  onion: 'Hoặc ở đây, bằng Tor Browser:',
  formAttached:
    'Biểu mẫu được đính kèm. Biểu mẫu dùng được cả khi không có mạng: hãy lưu tệp, mở bằng trình duyệt rồi điền vào. Những gì bạn viết được niêm phong trước khi rời thiết bị của bạn. Sau đó biểu mẫu chỉ cách gửi.',
  formOnPage: 'Biểu mẫu có trên trang đó.',
  danger:
    'Nếu các thư này có thể gây nguy hiểm cho bạn, hãy xóa thư này và thư bạn đã gửi, cả trong thùng rác. Bạn không cần trả lời thư này.',
}
