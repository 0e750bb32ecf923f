"""Names that vulture cannot see used: others call them by name, or they are told for whoever reads them.

One line each, with who uses it. A name that nobody uses is removed from the program, not added here.
"""

_.log_request  # werkzeug calls it
_.log_error  # werkzeug calls it
_.send_response  # werkzeug calls it
_.protocol_version  # http.server reads it
_.disable_nagle_algorithm  # http.server reads it
_.data_received  # asyncio calls it
_.connection_made  # asyncio calls it
_._return_code  # Textual reads it
_.border_title  # Textual reads it
_.no_wrap  # Rich reads it
_.overflow  # Rich reads it
_._prompter  # botocore's session reads it
_._popen  # botocore's session reads it
_._create_process_provider  # botocore calls it
_.panic  # Textual calls it
_._sigcont_application  # Textual's driver calls it
_._run_input_thread  # Textual's driver calls it
_.daemon_threads  # socketserver reads it
_.do_POST  # http.server calls it
_.do_GET  # http.server calls it
_.close_connection  # http.server reads it
_.log_message  # http.server calls it
_.writable  # io calls it
_.readable  # io calls it
_.readinto  # io calls it
_.store  # diskcache calls it
_.fetch  # diskcache calls it
_._sql  # diskcache reads it
full_path  # diskcache names it
iterator  # diskcache names it
resource_id  # matched by position
uninstall  # for whoever runs a second app in one process
TestSweeps  # pytest collects it
_.control  # Textual reads it
_.bell  # Textual calls it
_.position  # Textual's scroll bar reads it
_.get_default_screen  # Textual calls it
_.exec_module  # importlib calls it
_.refresh_styles  # Textual reads it
_.exitstatus  # pytest reads it
_.ALLOW_SELECT  # Textual reads it
