"""Addresses of collection, without their language prefix."""

from django.urls import path

from geo_portal.collection import cashier_views as cashier
from geo_portal.collection import pay_views, screen_views, shift_views
from geo_portal.collection import supervisor_views as supervisor

app_name = "collection"

urlpatterns = [
    path("pay/<str:public_id>/", pay_views.pay, name="pay"),
    path("pay/<str:public_id>/start", pay_views.pay_start, name="pay_start"),
    path("pay/<str:public_id>/state.json", pay_views.pay_state, name="pay_state"),
    path("receipts/<str:public_id>.pdf", pay_views.receipt_pdf, name="receipt"),
    path("cashier/", cashier.desk, name="desk"),
    path("cashier/screen/", screen_views.screen, name="screen"),
    path("cashier/screen/state.json", screen_views.screen_state, name="screen_state"),
    path("cashier/open", shift_views.open_shift, name="open_shift"),
    path("cashier/close/", shift_views.close_shift, name="close_shift"),
    path("cashier/handed/<str:public_id>/take", shift_views.take_over, name="take_over"),
    path("cashier/bills/<str:public_id>/", cashier.bill, name="bill"),
    path("cashier/bills/<str:public_id>/state.json", cashier.bill_state, name="bill_state"),
    path("cashier/bills/<str:public_id>/terminal", cashier.to_terminal, name="to_terminal"),
    path("cashier/bills/<str:public_id>/cash", cashier.cash, name="cash"),
    path("cashier/bills/<str:public_id>/cheque", cashier.cheque, name="cheque"),
    path("cashier/bills/<str:public_id>/stop", cashier.stop, name="stop"),
    path("cashier/receipts/<str:public_id>/back", cashier.ask_back, name="ask_back"),
    path("cashier/refunds/<str:public_id>/paid", cashier.paid_back, name="paid_back"),
    path("takings/", supervisor.takings, name="takings"),
    path("takings/exceptions/", supervisor.exceptions, name="exceptions"),
    path("takings/close-day", supervisor.close_day, name="close_day"),
    path("takings/refunds/<str:public_id>/decide", supervisor.decide, name="decide"),
    path("takings/charges/<str:public_id>/statement", supervisor.by_statement, name="by_statement"),
    path(
        "takings/differences/<int:pk>/close", supervisor.close_difference, name="close_difference"
    ),
]
