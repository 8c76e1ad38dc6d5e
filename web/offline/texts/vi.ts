// What the offline form says in Vietnamese. A draft: before real use a native speaker with experience in protection work
// must review it.
import type { OfflineTexts } from '../texts.js'

export const offlineVi: OfflineTexts = {
  language: 'vi',
  lead: 'Biểu mẫu này là một tệp dùng được khi không có mạng. Chỉ mất vài phút. Một câu là đủ; hầu như câu hỏi nào bạn cũng có thể bỏ trống.',
  until: 'Biểu mẫu này dùng được đến: {date}.',
  next: [
    'Bạn trả lời từng câu hỏi một. Câu trả lời chỉ nằm trên thiết bị này. Từ đây không có gì được gửi đi.',
    'Thiết bị này niêm phong câu trả lời của bạn. Ngoài tổ chức, không ai mở được.',
    'Bạn nhận một mã biên nhận gồm 12 từ. Sau này bạn dùng mã đó để đọc câu trả lời trên trang của tổ chức.',
    'Bạn nhận một tệp đã niêm phong, và cùng nội dung đó dưới dạng chữ. Bạn hoặc người bạn tin cậy gửi nó bằng email, bằng ứng dụng nhắn tin, hoặc chuyển tay bằng USB.',
  ],
  trace: [
    'Nút “Thoát khỏi trang” ở trên cùng, hoặc bấm phím Shift ba lần, sẽ che trang này ngay lập tức, xóa những gì bạn đã gõ và mở một trang khác.',
    'Biểu mẫu này là một tệp nằm trên thiết bị, và trình duyệt có thể ghi nhớ rằng nó đã được mở. Hãy xóa tệp khi xong việc. Dùng cửa sổ riêng tư hoặc Tor Browser thì tốt hơn.',
    'Những gì bạn gõ không được lưu lại, cho đến khi bạn lưu tệp đã niêm phong. Nếu bạn đóng hoặc tải lại trang, hay dùng nút quay lại của trình duyệt, những gì đã gõ sẽ mất. Hãy dùng nút “Quay lại” ở ngay trên trang.',
    'Chỉ lấy biểu mẫu này từ trang của tổ chức hoặc từ người bạn tin cậy: một bản giả có thể để lộ cho kẻ khác những gì bạn gõ.',
    'Những cách này không bảo vệ được hoàn toàn.',
  ],
  noScript:
    'Trình duyệt này không chạy mã lệnh trong tệp, nên không thể niêm phong. Hãy mở tệp bằng trình duyệt khác, hoặc trên một thiết bị khác mà bạn tin cậy. Chưa có gì được gửi đi.',
  where:
    'Các quốc gia và vùng lãnh thổ sau thuộc phạm vi hỗ trợ. Nếu nơi của bạn không có tên, hoặc bạn không muốn nêu tên, bạn vẫn có thể gửi yêu cầu. Sẽ có người trả lời.',
  seal: 'Niêm phong',
  sealing: 'Đang niêm phong',
  failure: {
    directory_expired:
      'Danh sách khóa trong biểu mẫu này đã hết hạn nên không dùng để niêm phong. Hãy lấy biểu mẫu mới ở nơi bạn đã lấy bản này, hoặc trên trang của tổ chức. Nếu ngày trên thiết bị này bị sai, hãy chỉnh lại rồi thử lại: đang là {date}. Nếu ngày đúng, xin đừng đổi: hãy lấy biểu mẫu mới, hoặc dùng một cách khác bên dưới.',
    directory_invalid:
      'Không xác minh được danh sách khóa trong biểu mẫu này. Tệp bị hỏng, hoặc ai đó đã sửa nó. Để bảo vệ bạn, không có gì được niêm phong. Hãy lấy lại biểu mẫu từ trang của tổ chức.',
    directory_missing:
      'Trong tệp này không có danh sách khóa, nên không niêm phong được. Hãy lấy lại biểu mẫu từ trang của tổ chức.',
    root_mismatch:
      'Danh sách khóa trong biểu mẫu này do một bên khác ký, không đúng với bên được ghi trong tệp. Để bảo vệ bạn, không có gì được niêm phong. Hãy lấy lại biểu mẫu từ trang của tổ chức.',
  },
}
