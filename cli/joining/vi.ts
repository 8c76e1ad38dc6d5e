// The page of a new handler in Vietnamese.
import type { JoiningWords } from './words.js'

export const vietnamese: JoiningWords = {
  language: 'vi',
  title: 'Giờ đầu tiên của bạn với khancap',
  address: 'địa chỉ',
  fingerprint: 'dấu vân tay',
  name: 'tên của bạn',
  trust:
    'Trang này không mở được gì, nhưng nó cho thấy bạn làm việc với chúng tôi: đừng để nó lung tung. Mọi thứ đều dựa vào nó: hãy nhận nó tận tay từ người bạn quen biết, và đừng bao giờ lấy dấu vân tay từ thư điện tử hay trang web. Bạn cần một máy tính chỉ mình bạn dùng, có khancap do chúng tôi đưa, một điện thoại, và một máy in nối bằng dây.',
  pin: {
    head: 'Cho khancap biết chúng tôi là ai.',
    mind: 'khancap hỏi dấu vân tay theo từng dòng. Nếu nó báo “the directory is not signed by the root of this fingerprint” mà bạn đã gõ đúng từng chữ số như ở đây: hãy dừng lại và gọi cho chúng tôi.',
  },
  keys: {
    head: 'Tạo khóa của bạn.',
    mind: 'Hãy nghĩ ra sáu từ không liên quan đến nhau: đó là cụm mật khẩu của bạn. Không ai khôi phục được nó. In {sheet}, cất giấy vào nơi có khóa, xóa tệp: ai có nó đều mở được các hồ sơ bạn phụ trách.',
  },
  give: {
    head: 'Đưa cho chúng tôi phần công khai của khóa.',
    mind: 'Gửi {file} cho chúng tôi theo cách đã thỏa thuận: tệp này không mở được gì, nhưng cho thấy bạn làm việc với chúng tôi. Sau đó gọi theo số bạn đã biết, và đọc các nhóm bốn ký tự hiện ra để chúng tôi đối chiếu.',
  },
  heard: 'Đã đọc qua điện thoại cho:',
  wait: {
    head: 'Chờ đến khi chúng tôi báo bạn đã được thêm vào. Rồi kiểm tra mọi thứ.',
    mind: 'Mỗi dòng phải bắt đầu bằng ok; dưới dòng nào không thì có cách sửa.',
  },
  work: {
    head: 'Trả lời hồ sơ đầu tiên của bạn.',
    mind: 'CASE là những ký tự đầu của hồ sơ, như danh sách hiện ra: bốn ký tự là đủ. Danh sách trống hiện no cases: hãy chờ, hoặc hỏi chúng tôi. Lệnh nào cũng có phần giải thích: khancap reply --help.',
  },
  commands: {
    unlock: 'gõ cụm mật khẩu một lần',
    inbox: 'việc gấp nhất ở trên cùng',
    claim: 'nhận hồ sơ',
    open: 'đọc hồ sơ',
    reply: 'viết, lưu, đóng lại: được niêm phong và gửi đi',
    lock: 'khóa lại khi bạn rời máy',
  },
  onion: 'Tor phải đang chạy. Dấu \\ ở cuối dòng: lệnh còn tiếp ở dòng sau.',
  goesOn: 'Dấu \\ ở cuối dòng: lệnh còn tiếp ở dòng sau.',
  lost: 'Máy tính hoặc tờ giấy có cụm mật khẩu bị mất, hoặc từng rơi vào tay người khác hay bị ai đó nhìn thấy? Gọi ngay cho chúng tôi, kể cả ban đêm:',
}
