// An acknowledgement in Vietnamese. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementVi: AcknowledgementTexts = {
  language: 'vi',
  subject: 'Thư của bạn đã đến nơi',
  arrived: 'Thư của bạn đã đến nơi. Sẽ có người đọc và trả lời bạn, chậm nhất là lúc {by}.',
  instant: '{hour} giờ (giờ UTC) ngày {day} {month} năm {year}',
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
  machine: 'Thư này do máy gửi, chỉ một lần. Thư không nhắc lại điều gì bạn đã viết.',
  unsafe:
    'Thư điện tử có thể bị người khác đọc trên đường đi. Xin đừng gửi tên người, địa điểm hay giấy tờ qua thư điện tử.',
  safer: 'Viết ở đây an toàn hơn:',
  onion: 'Hoặc ở đây, bằng Tor Browser:',
  formAttached:
    'Biểu mẫu được đính kèm. Biểu mẫu dùng được cả khi không có mạng: hãy lưu tệp, mở bằng trình duyệt rồi điền vào. Những gì bạn viết được niêm phong trước khi rời thiết bị của bạn.',
  formOnPage: 'Biểu mẫu có trên trang đó.',
  danger: 'Nếu thư này có thể gây nguy hiểm cho bạn, hãy xóa đi. Bạn không cần trả lời thư này.',
}
